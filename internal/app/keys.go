package app

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/rollcall-rpc/rollcall/internal/auth"
)

// keyFileSetting says which file the commands about keys work on: the one that
// rollcall serve reads.
type keyFileSetting struct {
	File string `env:"ROLLCALL_TOKEN_KEYS_FILE" required:"" placeholder:"FILE" help:"The file that holds the keys, as rollcall serve is told it by --token-keys-file."`
}

// keysNewCommand is rollcall keys new.
type keysNewCommand struct {
	keyFileSetting
	SignsAfter time.Duration `default:"10m" help:"When the key takes over, beside others: after all who verify tokens know it. Other services may keep the keys of /.well-known/jwks.json for 5m."`
}

// Help is shown by --help.
func (keysNewCommand) Help() string {
	return "A new file gets mode 0600, and its key signs at once. A key that is added verifies at once, and takes over later: " +
		"run this on one machine and copy the file to all others before that time. rollcall serve reads the file again when it changes."
}

// Validate is called by kong before Run.
func (c *keysNewCommand) Validate() error {
	if c.SignsAfter < 0 {
		return errors.New("--signs-after must not be negative")
	}
	return nil
}

func (c *keysNewCommand) Run(streams Streams) error {
	key, err := auth.AddKey(c.File, time.Now(), c.SignsAfter)
	if err != nil {
		return err
	}
	state := "it signs tokens, as the first of its file"
	if !key.SignsFrom.IsZero() {
		state = "it verifies tokens, and will sign them from " + key.SignsFrom.Format(time.RFC3339)
	}
	fmt.Fprintf(streams.Out, "made the key %s in %s: %s\n", key.ID, c.File, state)
	return nil
}

// keysListCommand is rollcall keys list.
type keysListCommand struct{ keyFileSetting }

// Help is shown by --help.
func (keysListCommand) Help() string {
	return "One key at a time signs new tokens; all others verify those that they signed before, or will sign."
}

func (c *keysListCommand) Run(streams Streams) error {
	file, err := auth.OpenKeyFile(c.File)
	if err != nil {
		return err
	}
	now := time.Now()
	w := tabwriter.NewWriter(streams.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KID\tAGE\tSTATE")
	for _, key := range file.Keys().All() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", key.ID, age(key, now), state(file.Keys(), key, now))
	}
	return w.Flush()
}

// state is what a key does now.
func state(keys *auth.KeySet, key auth.Key, now time.Time) string {
	if signer, ok := keys.Signer(now); ok && signer.ID == key.ID {
		return "signs"
	}
	if key.SignsFrom.After(now) {
		return "will sign from " + key.SignsFrom.Format(time.RFC3339)
	}
	return "verifies"
}

// age is that of a key in days, or in what is left of the first one.
func age(key auth.Key, now time.Time) string {
	const day = 24 * time.Hour
	switch d := now.Sub(key.Created); {
	case key.Created.IsZero():
		return "unknown"
	case d >= day:
		return fmt.Sprintf("%dd", d/day)
	case d >= time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	default:
		return fmt.Sprintf("%dm", max(0, d/time.Minute))
	}
}

// keysRetireCommand is rollcall keys retire.
type keysRetireCommand struct {
	keyFileSetting
	KID           string        `arg:"" name:"kid" help:"Which key, by its kid in rollcall keys list; after -- if it begins with a dash."`
	TokenLifetime time.Duration `env:"ROLLCALL_TOKEN_LIFETIME" default:"15m" help:"How long a token is valid, as rollcall serve is told."`
	Force         bool          `help:"Also retire a key whose tokens may still be valid: they are refused from then on. For one that was stolen."`
}

// Help is shown by --help.
func (keysRetireCommand) Help() string {
	return "The key that signs cannot be retired, and another one only once all tokens have expired that it signed, unless by --force."
}

// Validate is called by kong before Run.
func (c *keysRetireCommand) Validate() error {
	if c.TokenLifetime <= 0 {
		return errors.New("--token-lifetime must be more than 0")
	}
	return nil
}

func (c *keysRetireCommand) Run(streams Streams) error {
	if err := auth.RetireKey(c.File, c.KID, time.Now(), c.TokenLifetime, c.Force); err != nil {
		return err
	}
	fmt.Fprintf(streams.Out, "retired the key %s in %s\n", c.KID, c.File)
	return nil
}
