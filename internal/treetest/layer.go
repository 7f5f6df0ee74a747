package treetest

import "strings"

// layer is one storey of the house. A package imports its own storey and those below.
type layer struct {
	name     string
	packages []string // from the root; a trailing /... takes what is below it
}

// layers from the ground up:
// cmd → web → followers → nouns and search → event and access → db → ground.
var layers = []layer{
	{"ground", []string{"internal/apperr", "internal/text", "internal/cohort", "internal/config", "internal/qr", "migrations"}},
	{"database", []string{"internal/db"}},
	{"log and access", []string{"internal/event", "internal/access", "internal/audit"}},
	{"nouns and search", []string{
		"internal/municipality", "internal/theme", "internal/member", "internal/auth/...", "internal/archive", "internal/file/...",
		"internal/talk", "internal/audit", "internal/backup", "internal/bulk", "internal/curate", "internal/postersession", "internal/mail", "internal/vocabulary", "search/...",
	}},
	{"followers", []string{"internal/live/...", "internal/notify", "internal/watch", "internal/demo/..."}},
	{"pages' ground", []string{"web/page", "web/ui", "web/asset"}},
	{"pages", []string{"web/..."}},
	{"commands", []string{"cmd/..."}},
}

// testOnly are packages that only tests import; they may import anything.
var testOnly = []string{"internal/testkit/...", "internal/e2e/...", "internal/treetest"}

// alone are packages of a shared storey that import nothing of a noun, whatever their storey allows,
// so that nobody has to ask which of the two decides.
var alone = map[string][]string{
	"internal/access": {"internal/apperr", "internal/text"},
	"internal/apperr": {},
	"internal/text":   {"internal/apperr"},
	"migrations":      {},
}

// height gives the storey of a package, -1 if it has none.
func height(pkg string) int {
	for i, l := range layers {
		if in(pkg, l.packages) {
			return i
		}
	}
	return -1
}

// in tells whether a package stands in a list.
func in(pkg string, list []string) bool {
	for _, entry := range list {
		tree, below := strings.CutSuffix(entry, "/...")
		if pkg == tree || (below && strings.HasPrefix(pkg, tree+"/")) {
			return true
		}
	}
	return false
}
