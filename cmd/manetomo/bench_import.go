package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/search/bench"
)

// benchImportCmd brings many posters into a demo of its own while people look at pages, and waits until all are read.
type benchImportCmd struct {
	Samples  []string `arg:"" help:"Posters: PDF, PNG, JPEG. Each row of the list has one of them, a PDF with bytes of its own." type:"existingfile"`
	Posters  int      `default:"200" help:"Rows of the list."`
	Kill     bool     `help:"Kill the import and the site in the middle, start the site, and run the import again."`
	Pictures bool     `help:"Wait until the text of pictures is read off, too."`
	Looks    int      `default:"400" help:"Pages looked at before the import, one after the other; afterwards as many as there is time for."`
}

// What an import must reach.
const (
	importRate  = 2.0 // posters a second
	slowerPages = 2.0 // times their time without it
)

// Run prints how fast it went and what it cost those who look at pages.
func (c *benchImportCmd) Run(p *program) error {
	s, err := startOwn(p, "")
	if err != nil {
		return err
	}
	err = c.measure(p, s)
	return errors.Join(err, s.end())
}

func (c *benchImportCmd) measure(p *program, s *ownSite) error {
	d, err := db.Open(p.ctx, db.Options{Dir: filepath.Join(s.dir, "data")})
	if err != nil {
		return err
	}
	defer d.Close()
	list, err := c.list(s.dir)
	if err != nil {
		return err
	}
	if err := settled(p, d, unread); err != nil { // the demo's own files
		return err
	}
	look, err := newLooks(p.ctx, s)
	if err != nil {
		return err
	}
	idle := look.times(p.ctx, c.Looks)
	p.say("bringing %d posters in", c.Posters)
	busy := look.until(p.ctx)
	began := time.Now()
	if c.Kill {
		err = c.killed(p, s, d, list)
	}
	if err == nil {
		err = s.run(p.ctx, list)
	}
	brought := time.Since(began)
	if err == nil {
		err = settled(p, d, unread)
	}
	took := time.Since(began)
	times := busy()
	if err == nil && c.Pictures {
		err = settled(p, d, pictures)
	}
	if err == nil {
		err = c.complete(p.ctx, d)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d posters brought in: %.1f a second; all read %s after the first: %.1f a second\n",
		c.Posters, float64(c.Posters)/brought.Seconds(), took.Round(time.Second), float64(c.Posters)/took.Seconds())
	if c.Pictures {
		fmt.Fprintf(p.out, "the text of all pictures read off %s after the first\n", time.Since(began).Round(time.Second))
	}
	fmt.Fprintf(p.out, "largest memory of the site's process: %d MB\n", s.memory())
	bars := []bench.Bar{{What: "posters a second, brought in and read", Measured: fmt.Sprintf("%.1f", float64(c.Posters)/took.Seconds()),
		Wanted: fmt.Sprintf("≥ %.0f", importRate), Reached: float64(c.Posters)/took.Seconds() >= importRate}}
	bars = append(bars, look.bars(idle, times, c.Kill)...)
	if missed := bench.PrintBars(p.out, bars); missed > 0 {
		return fmt.Errorf("%d bars were missed", missed)
	}
	return nil
}

// list writes the list and its files.
func (c *benchImportCmd) list(dir string) (string, error) {
	folder := filepath.Join(dir, "posters")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	f, err := os.Create(filepath.Join(folder, "list.csv"))
	if err != nil {
		return "", err
	}
	defer f.Close()
	w := csv.NewWriter(f)
	rows := [][]string{{"種類", "題名", "自治体", "年度", "コース", "ファイル", "整理番号", "画像の説明", "公開範囲"}}
	for i := range c.Posters {
		sample := c.Samples[i%len(c.Samples)]
		data, err := os.ReadFile(sample)
		if err != nil {
			return "", err
		}
		ext := filepath.Ext(sample)
		if ext == ".pdf" {
			data = fmt.Appendf(data, "\n%% %d\n", i)
		}
		name := fmt.Sprintf("%05d%s", i, ext)
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return "", err
		}
		rows = append(rows, []string{"ポスター", fmt.Sprintf("計測のポスター %d", i), "202151", fmt.Sprint(2010 + i%15), "通常部会", name,
			fmt.Sprintf("bench-%d", i), "計測に使う見本", "公開"})
	}
	if err := w.WriteAll(rows); err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// killed kills everything when half of the rows are there, and starts the site again.
func (c *benchImportCmd) killed(p *program, s *ownSite, d *db.DB, list string) error {
	cmd, err := s.importing(p.ctx, list)
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for {
		n, err := count(p.ctx, d, "SELECT COUNT(*) FROM bulk_row WHERE state <> 'waiting'")
		if err != nil || n >= c.Posters/2 {
			err = errors.Join(err, cmd.Process.Kill())
			_ = cmd.Wait() // it tells of the kill
			p.say("killed after %d of %d rows", n, c.Posters)
			return errors.Join(err, s.Kill(), s.Start(p.ctx))
		}
		if err := pause(p.ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

func (s *ownSite) importing(ctx context.Context, list string) (*exec.Cmd, error) {
	return s.command(ctx, "import", "entries", list, "--files", filepath.Dir(list))
}

// run brings a list in, or goes on with it.
func (s *ownSite) run(ctx context.Context, list string) error {
	cmd, err := s.importing(ctx, list)
	if err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import: %w: %s", err, out[max(0, len(out)-1000):])
	}
	return nil
}

// What is waited for.
const (
	unread   = "SELECT COUNT(*) FROM file WHERE state = 'processing'"
	pictures = "SELECT COUNT(*) FROM file WHERE state = 'ready' AND ocr = 'waiting'"
)

// settled waits until no file waits any more.
func settled(p *program, d *db.DB, waits string) error {
	for spoke := time.Now(); ; {
		n, err := count(p.ctx, d, waits)
		if err != nil || n == 0 {
			return err
		}
		if time.Since(spoke) > 10*time.Second {
			spoke = time.Now()
			p.say("%d files are still to be read", n)
		}
		if err := pause(p.ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// complete tells whether every row has its entry, once, with its file read.
func (c *benchImportCmd) complete(ctx context.Context, d *db.DB) error {
	const ours = " FROM entry e LEFT JOIN file f ON f.entry = e.id WHERE e.title LIKE '計測のポスター %'"
	made, err := count(ctx, d, "SELECT COUNT(*)"+ours)
	if err != nil {
		return err
	}
	read, err := count(ctx, d, "SELECT COUNT(DISTINCT e.id)"+ours+" AND f.state = 'ready'")
	if err == nil && (made != c.Posters || read != c.Posters) {
		err = fmt.Errorf("of %d rows there are %d entries with files, and %d whose file was read", c.Posters, made, read)
	}
	return err
}

func count(ctx context.Context, d *db.DB, query string) (n int, err error) {
	err = d.Read().NewRaw(query).Scan(ctx, &n)
	return n, err
}

func pause(ctx context.Context, t time.Duration) error {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
