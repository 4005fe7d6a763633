package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// KeyFile is the keys in a file, as they are after its latest change. It is safe for concurrent use.
type KeyFile struct {
	path string
	keys atomic.Pointer[KeySet]
	seen [sha256.Size]byte // of the text; used by Follow alone
}

// OpenKeyFile reads the keys in a file that nobody but its owner may read or write.
func OpenKeyFile(path string) (*KeyFile, error) {
	f := &KeyFile{path: path}
	if _, err := f.read(); err != nil {
		return nil, err
	}
	return f, nil
}

// LoadOrCreateKeys reads the keys in a file; where there is none it makes a key and the file first. Of several programs that do so
// at once one wins, and all have its key.
func LoadOrCreateKeys(path string) (*KeySet, error) {
	f, err := OpenKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := createKeyFile(path, time.Now()); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		f, err = OpenKeyFile(path)
	}
	if err != nil {
		return nil, err
	}
	return f.Keys(), nil
}

// Keys implements [KeySource].
func (f *KeyFile) Keys() *KeySet { return f.keys.Load() }

// pollInterval is how often Follow looks. To read a file of a few hundred bytes takes some 20 µs, and unlike its time and size
// its text cannot change unseen.
const pollInterval = 2 * time.Second

// Follow reads the file again, every other second, until ctx ends. Where it has become one that cannot be used the keys stay, and
// the log says so.
func (f *KeyFile) Follow(ctx context.Context, log *slog.Logger) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	var told string // the error, until it is another one
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		changed, err := f.read()
		switch {
		case err == nil:
			told = ""
		case err.Error() != told:
			told = err.Error()
			log.ErrorContext(ctx, "the token keys stay as they were", "error", err)
		}
		if changed {
			log.InfoContext(ctx, "the token keys have changed", "keys", f.describe())
		}
	}
}

// read takes the file's keys over, if its text is not the one that has been seen before.
func (f *KeyFile) read() (changed bool, err error) {
	text, err := ReadPrivateFile(f.path)
	if err != nil {
		return false, fmt.Errorf("read the token keys: %w", err)
	}
	digest := sha256.Sum256(text)
	if f.Keys() != nil && digest == f.seen {
		return false, nil
	}
	keys, err := ParseKeys(text, time.Now())
	if err != nil {
		return false, fmt.Errorf("read the token keys: %s: %w", f.path, err)
	}
	f.keys.Store(keys)
	f.seen = digest
	return true, nil
}

// describe are the IDs, for the log.
func (f *KeyFile) describe() (ids []string) {
	for _, key := range f.Keys().keys {
		ids = append(ids, key.ID)
	}
	return ids
}

// AddKey makes a key and adds it to a file; it signs once after has passed. Where there is no file, one is made, whose key signs at
// once: its SignsFrom is the zero time.
func AddKey(path string, now time.Time, after time.Duration) (Key, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		key, err := createKeyFile(path, now)
		if !errors.Is(err, fs.ErrExist) { // Somebody else may have been faster.
			return key, err
		}
	}
	key, err := generateKey(now, now.Add(after))
	if err != nil {
		return Key{}, err
	}
	return key, editKeyFile(path, now, func(set *KeySet) (*KeySet, error) { return set.with(key), nil })
}

// RetireKey takes a key out of a file: tokens that it has signed are refused from then on. It refuses to do so to the key that
// signs, and, unless forced, while there may be valid tokens of it, which last for lifetime.
func RetireKey(path, id string, now time.Time, lifetime time.Duration, force bool) error {
	return editKeyFile(path, now, func(set *KeySet) (*KeySet, error) { return set.retire(id, now, lifetime, force) })
}

// createKeyFile makes a file with a key in it. If there is one its error is [fs.ErrExist].
func createKeyFile(path string, now time.Time) (Key, error) {
	key, err := generateKey(now, time.Time{})
	if err != nil {
		return Key{}, err
	}
	text, err := (&KeySet{[]Key{key}}).text()
	if err == nil {
		err = createPrivateFile(path, text)
	}
	if err != nil {
		return Key{}, fmt.Errorf("make the token keys: %w", err)
	}
	return key, nil
}

func editKeyFile(path string, now time.Time, change func(*KeySet) (*KeySet, error)) error {
	err := editPrivateFile(path, func(text []byte) ([]byte, error) {
		set, err := ParseKeys(text, now)
		if err != nil {
			return nil, err
		}
		if set, err = change(set); err != nil {
			return nil, err
		}
		if err := set.check(now); err != nil {
			return nil, err
		}
		return set.text()
	})
	if err != nil {
		return fmt.Errorf("change the token keys: %s: %w", path, err)
	}
	return nil
}
