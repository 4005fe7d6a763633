package auth

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ReadPrivateFile reads a file that nobody but its owner may read or write. It asks for the permissions of the file that it has
// open, so that the two cannot differ.
func ReadPrivateFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o, others than its owner may use it: chmod 600 %s", path, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(file, maxPrivateFile+1))
	if err == nil && len(text) > maxPrivateFile {
		err = fmt.Errorf("%s has more than %d bytes", path, maxPrivateFile)
	}
	return text, err
}

// maxPrivateFile is far more than keys in PEM have, which is about 200 bytes each.
const maxPrivateFile = 64 << 10

// createPrivateFile makes a file appear whole, and only if there is none: it writes another one and links it. Otherwise its error
// is [fs.ErrExist].
func createPrivateFile(path string, text []byte) (err error) {
	other, err := writeBeside(path, text)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(other)) }()
	if err := os.Link(other, path); err != nil {
		return err
	}
	return syncFolder(path)
}

// editPrivateFile replaces the text of a file at once, while no other edit of it runs. What the path links to is replaced, not the
// link, and the file's owner stays.
func editPrivateFile(path string, edit func(text []byte) ([]byte, error)) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	file, err := lockFile(path)
	if err != nil {
		return err
	}
	defer file.Close() // gives the lock back
	text, err := ReadPrivateFile(path)
	if err != nil {
		return err
	}
	if text, err = edit(text); err != nil {
		return err
	}
	return replaceFile(path, file, text)
}

// lockFile waits for the lock of the file that path names. By then an edit may have put another one in its place.
func lockFile(path string) (*os.File, error) {
	for {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		locked, lockedErr := file.Stat()
		named, namedErr := os.Stat(path)
		if err = errors.Join(err, lockedErr, namedErr); err == nil && os.SameFile(locked, named) {
			return file, nil
		}
		file.Close()
		if err != nil {
			return nil, err
		}
	}
}

// replaceFile puts a new file in the place of old.
func replaceFile(path string, old *os.File, text []byte) error {
	other, err := writeBeside(path, text)
	if err != nil {
		return err
	}
	if err = keepOwner(other, old); err == nil {
		err = os.Rename(other, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(other))
	}
	return syncFolder(path)
}

// keepOwner gives the file at path to old's owner: root may add a key to the file of the user that the service runs as.
func keepOwner(path string, old *os.File) error {
	was, err := owner(old.Stat())
	if err != nil {
		return err
	}
	is, err := owner(os.Stat(path))
	if err != nil || is == was {
		return err
	}
	return os.Chown(path, was.user, was.group)
}

type ownership struct{ user, group int }

func owner(info fs.FileInfo, err error) (ownership, error) {
	if err != nil {
		return ownership{}, err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ownership{}, fmt.Errorf("%s: its owner is not known", info.Name())
	}
	return ownership{int(stat.Uid), int(stat.Gid)}, nil
}

// writeBeside writes a new file, of mode 0600, into the folder of path.
func writeBeside(path string, text []byte) (other string, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// syncFolder makes sure that the file's name outlives a crash.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
