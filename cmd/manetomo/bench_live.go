package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/manetomo/manetomo/internal/live/bench"
)

// benchLiveCmd measures the live channel. Without an address it starts sites of its own and kills them too.
type benchLiveCmd struct {
	Scenarios []string `arg:"" optional:"" name:"scenario" help:"idle, storm, flood, slow, crash; all of them if none is named. Only crash needs a site of the bench's own."`

	URL      string `name:"url" help:"A running site to measure, on this machine. It gets topics named 計測. Without it the bench starts a demo of its own."`
	Token    string `help:"A token of manetomo token create with read,write, for --url." env:"MANETOMO_TOKEN"`
	PID      int    `name:"pid" help:"The process of --url, to see its memory and processor time."`
	Anywhere bool   `help:"Measure a site on another machine too: it will be under load as never in its life."`
	Postgres string `help:"An empty PostgreSQL database: crash runs on it as well; the others with --on-postgres." placeholder:"URL"`
	On       bool   `name:"on-postgres" help:"Run every scenario on the database of --postgres."`

	Idle     int    `help:"Connections of idle and storm." default:"10000"`
	Readers  int    `help:"Readers of flood and slow." default:"1000"`
	Writers  int    `help:"Who post at once." default:"32"`
	Posts    int    `help:"Posts of a flood." default:"4000"`
	Rounds   int    `help:"Kills of crash, on each database." default:"20"`
	Audience string `help:"Who may read the topics that are made." default:"members"`
}

var errMissed = errors.New("figures miss their bar")

// Run measures and prints a table. It fails when a figure misses its bar.
func (c *benchLiveCmd) Run(p *program) error {
	if err := c.check(); err != nil {
		return exit{exitUsage, err}
	}
	var rows []bench.Row
	calm, crash := c.chosen()
	if len(calm) > 0 {
		some, err := c.calm(p, calm)
		rows = append(rows, some...)
		if err != nil {
			return c.report(p, rows, err)
		}
	}
	if crash {
		some, err := c.crash(p)
		rows = append(rows, some...)
		if err != nil {
			return c.report(p, rows, err)
		}
	}
	return c.report(p, rows, nil)
}

func (c *benchLiveCmd) report(p *program, rows []bench.Row, err error) error {
	if missed := bench.Print(p.out, rows); missed > 0 && err == nil {
		err = fmt.Errorf("%d %w", missed, errMissed)
	}
	return err
}

// chosen splits the scenarios into those of a running site and the crash.
func (c *benchLiveCmd) chosen() (calm []string, crash bool) {
	if len(c.Scenarios) == 0 {
		return bench.Scenarios, c.URL == ""
	}
	for _, s := range bench.Scenarios {
		if slices.Contains(c.Scenarios, s) {
			calm = append(calm, s)
		}
	}
	return calm, slices.Contains(c.Scenarios, "crash")
}

func (c *benchLiveCmd) check() error {
	for _, s := range c.Scenarios {
		if s != "crash" && !slices.Contains(bench.Scenarios, s) {
			return fmt.Errorf("there is no scenario %q", s)
		}
	}
	if c.Idle < 1 || c.Readers < 5 || c.Writers < 1 || c.Posts < 1 || c.Rounds < 1 {
		return errors.New("every number must be at least 1, --readers at least 5")
	}
	if c.On && c.Postgres == "" {
		return errors.New("--on-postgres needs --postgres")
	}
	if c.URL == "" {
		return nil
	}
	if c.Token == "" {
		return errors.New("--url needs --token")
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return err
	}
	ip := net.ParseIP(u.Hostname())
	if !c.Anywhere && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s is not on this machine; say --anywhere if it is yours and may be put under load", u.Host)
	}
	return nil
}

func (c *benchLiveCmd) options(p *program, s *bench.Site) *bench.Options {
	return &bench.Options{Site: s, Idle: c.Idle, Readers: c.Readers, Writers: c.Writers, Posts: c.Posts, Audience: c.Audience,
		Settle: 20 * time.Second, Say: func(words string) { p.say("%s", words) }}
}

// calm runs the scenarios that leave the site standing.
func (c *benchLiveCmd) calm(p *program, scenarios []string) (rows []bench.Row, err error) {
	if err := bench.CanOpen(c.Idle); err != nil {
		return nil, exit{exitUsage, err}
	}
	s, err := bench.NewSite(c.URL, c.Token, c.PID)
	if c.URL == "" {
		database := ""
		if c.On {
			database = c.Postgres
		}
		own, e := startOwn(p, database)
		if e != nil {
			return nil, e
		}
		defer own.end()
		s, err = own.site(p.ctx)
	}
	if err != nil {
		return nil, err
	}
	o := c.options(p, s)
	address, err := freeAddress()
	if err == nil {
		o.Peer, err = bench.StartPeer(p.ctx, address, runtime.GOMAXPROCS(0))
	}
	if err != nil {
		return nil, err
	}
	if o.Peer != nil {
		defer o.Peer.End()
	} else {
		p.say("nginx with nchan is not installed, so nothing is compared with it")
	}
	for _, name := range scenarios {
		p.say("%s: waiting until the site rests", name)
		if err := s.Quiet(p.ctx); err != nil {
			return rows, err
		}
		p.say("%s", name)
		some, err := o.Run(p.ctx, name)
		rows = append(rows, some...)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", name, err)
		}
	}
	return rows, nil
}

// crash kills sites of the bench's own: on SQLite, and on PostgreSQL where one is given.
func (c *benchLiveCmd) crash(p *program) (rows []bench.Row, err error) {
	databases := []struct{ name, url string }{{"SQLite", ""}}
	if c.Postgres != "" {
		databases = append(databases, struct{ name, url string }{"PostgreSQL", c.Postgres})
	}
	for _, d := range databases {
		own, err := startOwn(p, d.url)
		if err != nil {
			return rows, err
		}
		s, err := own.site(p.ctx)
		if err == nil {
			err = s.Quiet(p.ctx)
		}
		if err == nil {
			var some []bench.Row
			some, err = c.options(p, s).Crash(p.ctx, d.name, own, c.Rounds)
			rows = append(rows, some...)
		}
		if e := own.end(); err == nil {
			err = e
		}
		if err != nil {
			return rows, fmt.Errorf("crash on %s: %w", d.name, err)
		}
	}
	return rows, nil
}

// without takes variables out of an environment.
func without(environ []string, names ...string) (kept []string) {
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		if !slices.Contains(names, name) {
			kept = append(kept, kv)
		}
	}
	return kept
}

// freeAddress is a loopback address on which nobody listens.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}
