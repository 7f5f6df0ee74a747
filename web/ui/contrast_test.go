package ui

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	declaration = regexp.MustCompile(`(--[\w-]+):\s*([^;]+);`)
	reference   = regexp.MustCompile(`^var\((--[\w-]+)\)$`)
	rgb         = regexp.MustCompile(`^rgb\((\d+) (\d+) (\d+) / (\.?\d*\.?\d+)\)$`)
)

// themes reads tokens.css: the light tokens, the dark ones chosen by the reader, and the dark ones of the device.
func themes(t *testing.T) (light, chosen, device map[string]string) {
	t.Helper()
	text, err := os.ReadFile("tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile(`:root\[data-theme="dark"\] \{|@media screen and \(prefers-color-scheme: dark\)`).Split(comment.ReplaceAllString(string(text), ""), -1)
	if len(parts) != 3 {
		t.Fatalf("tokens.css has %d parts, want light, dark by choice, dark by device", len(parts))
	}
	read := func(part string, base map[string]string) map[string]string {
		out := map[string]string{}
		for k, v := range base {
			out[k] = v
		}
		for _, m := range declaration.FindAllStringSubmatch(part, -1) {
			out[m[1]] = strings.TrimSpace(m[2])
		}
		return out
	}
	light = read(parts[0], nil)
	return light, read(parts[1], light), read(parts[2], light)
}

// colour resolves a token to red, green, blue from 0 to 255, over ground where it is not opaque.
func colour(t *testing.T, tokens map[string]string, name string, ground [3]float64) [3]float64 {
	t.Helper()
	v := tokens[name]
	for m := reference.FindStringSubmatch(v); m != nil; m = reference.FindStringSubmatch(v) {
		v = tokens[m[1]]
	}
	var c [3]float64
	if m := rgb.FindStringSubmatch(v); m != nil {
		alpha, _ := strconv.ParseFloat(m[4], 64)
		for i := range c {
			part, _ := strconv.ParseFloat(m[i+1], 64)
			c[i] = part*alpha + ground[i]*(1-alpha)
		}
		return c
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(v, "#"), 16, 32)
	if len(v) != 7 || err != nil {
		t.Fatalf("%s is %q, not a colour", name, v)
	}
	return [3]float64{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
}

func luminance(c [3]float64) float64 {
	var l float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v := c[i] / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}

func contrast(a, b [3]float64) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// pairs are what stands on what, and how much they must differ: 7 for reading, 4.5 for other text, 3 for borders of
// controls and marks.
var pairs = []struct {
	ink, ground string
	least       float64
}{
	{"--color-text-body", "--color-bg-page", 7}, {"--color-text-body", "--color-bg-surface", 7},
	{"--color-text-body", "--color-bg-sunken", 7}, {"--color-text-body", "--color-bg-key-soft", 7},
	{"--color-text-body", "--color-bg-accent-soft", 7}, {"--color-text-on-hero", "--color-bg-hero", 7},
	{"--color-text-sub", "--color-bg-page", 4.5}, {"--color-text-sub", "--color-bg-surface", 4.5},
	{"--color-text-sub", "--color-bg-sunken", 4.5}, {"--color-text-sub", "--color-bg-key-soft", 4.5},
	{"--color-text-placeholder", "--color-bg-surface", 4.5},
	{"--color-link", "--color-bg-page", 4.5}, {"--color-link", "--color-bg-surface", 4.5},
	{"--color-link-hover", "--color-bg-key-soft", 4.5}, {"--color-link-visited", "--color-bg-surface", 4.5},
	{"--color-key", "--color-bg-surface", 4.5}, {"--color-key", "--color-bg-page", 4.5}, {"--color-key", "--color-bg-key-soft", 4.5},
	{"--color-text-on-key", "--color-key", 4.5}, {"--color-text-on-key", "--color-key-hover", 4.5},
	{"--color-text-on-accent", "--color-accent", 4.5}, {"--color-text-on-accent", "--color-accent-hover", 4.5},
	{"--color-accent-ink", "--color-bg-accent-soft", 4.5}, {"--color-accent-ink", "--color-bg-surface", 4.5},
	{"--color-mark-ink", "--color-mark", 4.5}, {"--color-text-on-selection", "--color-selection", 4.5},
	{"--color-tag-green-ink", "--color-tag-green-bg", 4.5}, {"--color-tag-blue-ink", "--color-tag-blue-bg", 4.5},
	{"--color-tag-yellow-ink", "--color-tag-yellow-bg", 4.5}, {"--color-tag-purple-ink", "--color-tag-purple-bg", 4.5},
	{"--color-semantic-error-1", "--color-bg-surface", 4.5}, {"--color-semantic-error-1", "--color-semantic-error-bg", 4.5},
	{"--color-semantic-warning-1", "--color-semantic-warning-bg", 4.5}, {"--color-semantic-info-1", "--color-semantic-info-bg", 4.5},
	{"--color-semantic-success-1", "--color-semantic-success-bg", 4.5},
	{"--color-text-body", "--color-semantic-error-bg", 4.5}, {"--color-text-body", "--color-semantic-info-bg", 4.5},
	{"--color-text-on-hero-sub", "--color-bg-hero", 4.5}, {"--color-text-on-hero-accent", "--color-bg-hero", 4.5},
	{"--color-map-0-ink", "--color-map-0", 4.5}, {"--color-map-1-ink", "--color-map-1", 4.5}, {"--color-map-2-ink", "--color-map-2", 4.5},
	{"--color-map-3-ink", "--color-map-3", 4.5}, {"--color-map-4-ink", "--color-map-4", 4.5},
	{"--color-hero-map-0-ink", "--color-hero-map-0", 4.5}, {"--color-hero-map-1-ink", "--color-hero-map-1", 4.5},
	{"--color-hero-map-2-ink", "--color-hero-map-2", 4.5}, {"--color-hero-map-3-ink", "--color-hero-map-3", 4.5},
	{"--color-hero-map-4-ink", "--color-hero-map-4", 4.5},
	{"--color-border-field", "--color-bg-surface", 3}, {"--color-border-field", "--color-bg-page", 3},
	{"--color-semantic-error-border", "--color-bg-surface", 3}, {"--color-focus-outer", "--color-bg-surface", 3},
	{"--color-focus-outer", "--color-bg-page", 3}, {"--color-focus-outer", "--color-focus-inner", 3},
	{"--color-border-on-hero", "--color-bg-hero", 3}, {"--color-accent-outline", "--color-bg-surface", 3},
}

func TestColoursCanBeTold(t *testing.T) {
	light, chosen, device := themes(t)
	for theme, tokens := range map[string]map[string]string{"light": light, "dark": chosen, "dark by device": device} {
		for _, p := range pairs {
			ground := colour(t, tokens, p.ground, [3]float64{})
			if got := contrast(colour(t, tokens, p.ink, ground), ground); got < p.least {
				t.Errorf("%s: %s on %s is %.2f, less than %.1f", theme, p.ink, p.ground, got, p.least)
			}
		}
	}
}

func TestDarkIsTheSameByChoiceAndByDevice(t *testing.T) {
	_, chosen, device := themes(t)
	for name, value := range chosen {
		if device[name] != value {
			t.Errorf("%s is %s by choice and %s by device", name, value, device[name])
		}
	}
}
