package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// patience is how long a person waits for what they expect to see. It is far above what anything takes: a machine that
// is busy with something else must not fail a test.
const patience = time.Minute

// Person sits before one browser with one page open.
type Person struct {
	Page *rod.Page
	Base string

	t      testing.TB
	name   string
	mu     sync.Mutex
	errors []string
	expect []string // parts of console messages that this test causes on purpose
}

// Option changes how a person's browser is.
type Option func(*rod.Page) error

// Size is the window, in CSS pixels.
func Size(width, height int) Option {
	return func(p *rod.Page) error {
		return p.SetViewport(&proto.EmulationSetDeviceMetricsOverride{
			Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600,
		})
	}
}

// Still asks for no motion, so that nothing is looked at half-way.
func Still() Option { return look("light") }

// look sets the look and asks for no motion.
func look(scheme string) Option {
	return func(p *rod.Page) error {
		return proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}.Call(p)
	}
}

// NoScript switches JavaScript off.
func NoScript() Option {
	return func(p *rod.Page) error { return proto.EmulationSetScriptExecutionDisabled{Value: true}.Call(p) }
}

// New gives a person a fresh browser context: no cookies, a window of 1366×768, the light look.
func New(t testing.TB, base, name string, options ...Option) *Person {
	t.Helper()
	b, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	own, err := b.Incognito()
	if err != nil {
		t.Fatal(err)
	}
	page, err := own.Page(proto.TargetCreateTarget{URL: "about:blank"})
	if err != nil {
		t.Fatal(err)
	}
	p := &Person{Page: page, Base: base, t: t, name: name}
	for _, option := range append([]Option{Size(1366, 768)}, options...) {
		p.check(option(page), "prepare the browser")
	}
	p.listen()
	t.Cleanup(func() {
		p.complain()
		if t.Failed() {
			p.Shot("failed")
		}
		if err := own.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// listen gathers what the page's console calls an error, refused styles and scripts among them.
func (p *Person) listen() {
	note := func(kind, text string) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.errors = append(p.errors, kind+": "+text)
	}
	wait := p.Page.EachEvent(
		func(e *proto.RuntimeExceptionThrown) {
			text := e.ExceptionDetails.Text
			if e.ExceptionDetails.Exception != nil {
				text += " " + e.ExceptionDetails.Exception.Description
			}
			note("exception", text)
		},
		func(e *proto.LogEntryAdded) {
			// An answer that is not 2xx is the page's own matter; the test looks at what the page shows.
			if e.Entry.Level == proto.LogLogEntryLevelError && e.Entry.Source != proto.LogLogEntrySourceNetwork {
				note(string(e.Entry.Source), e.Entry.Text)
			}
		},
		func(e *proto.RuntimeConsoleAPICalled) {
			if e.Type == proto.RuntimeConsoleAPICalledTypeError {
				var said []string
				for _, arg := range e.Args {
					said = append(said, arg.Value.String()+arg.Description)
				}
				note("console.error", strings.Join(said, " "))
			}
		},
	)
	go wait()
}

// Expect names part of a console message that this test causes on purpose.
func (p *Person) Expect(part string) { p.expect = append(p.expect, part) }

// complain fails the test for each console error that nobody expected.
func (p *Person) complain() {
	p.mu.Lock()
	defer p.mu.Unlock()
next:
	for _, message := range p.errors {
		for _, part := range p.expect {
			if strings.Contains(message, part) {
				continue next
			}
		}
		p.t.Errorf("%s's page wrote an error: %s", p.name, message)
	}
	p.errors = nil
}

func (p *Person) check(err error, what string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %s at %s: %v\n%s", p.name, what, p.where(), err, p.glance())
	}
}

func (p *Person) where() string {
	if info, err := p.Page.Info(); err == nil {
		return info.URL
	}
	return "an unknown address"
}

// glance is the beginning of what the page shows, for messages.
func (p *Person) glance() string {
	result, err := p.Page.Timeout(2 * time.Second).Eval(`() => document.body ? document.body.innerText.slice(0, 1500) : ""`)
	if err != nil {
		return ""
	}
	return result.Value.Str()
}

// Shot keeps the whole page as a picture and says where.
func (p *Person) Shot(name string) {
	p.t.Helper()
	picture, err := p.Page.Timeout(patience).Screenshot(true, nil)
	if err != nil {
		p.t.Logf("no picture of %s's page: %v", p.name, err)
		return
	}
	clean := strings.NewReplacer("/", "_", " ", "_").Replace(fmt.Sprintf("%s-%s-%s.png", p.t.Name(), p.name, name))
	path := filepath.Join(shots(), clean)
	if err := os.MkdirAll(shots(), 0o755); err != nil {
		p.t.Log(err)
		return
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		p.t.Log(err)
		return
	}
	p.t.Logf("%s saw %s", p.name, path)
}

// Press presses one key.
func (p *Person) Press(key input.Key) {
	p.t.Helper()
	p.check(p.Page.Keyboard.Type(key), "press a key")
}

// Tab opens another page in the same browser: the same cookies, the same storage. prepare runs in it before anything of
// a page does.
func (p *Person) Tab(prepare ...string) *Person {
	p.t.Helper()
	page, err := p.Page.Browser().Page(proto.TargetCreateTarget{URL: "about:blank"})
	p.check(err, "open a tab")
	tab := &Person{Page: page, Base: p.Base, t: p.t, name: p.name + "-tab"}
	tab.check(Size(1366, 768)(page), "prepare the tab")
	for _, script := range prepare {
		_, err := page.EvalOnNewDocument(script)
		tab.check(err, "prepare the tab")
	}
	tab.listen()
	p.t.Cleanup(tab.complain)
	return tab
}
