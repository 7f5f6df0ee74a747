package search_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/db"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/testkit"
	"github.com/manetomo/manetomo/search"
)

// readers are all sorts of viewers, by a letter each.
var readers = map[string]access.Viewer{
	"v": {}, "x": {Person: "p", Cohorts: []string{"c1"}, Teams: []string{"t1"}}, // a visitor, and one who is no member
	"m": {Person: "p", Member: true}, "o": {Person: "p", Member: true, Cohorts: []string{"c2"}, Teams: []string{"t2"}},
	"c": {Person: "p", Member: true, Cohorts: []string{"c1"}}, "t": {Person: "p", Member: true, Cohorts: []string{"c1"}, Teams: []string{"t1"}},
	"d": {Person: "p", Member: true, Moderator: true}, "s": {Person: "p", Member: true, Moderator: true, Secretariat: true},
}

// Who reads what stands on a rung, by the letters of readers.
const (
	everybody = "vxmoctds"
	members   = "moctds"
	cohort    = "cts"
	team      = "ts"
	staff     = "ds"
	nobody    = ""
)

// everything is something of each sort that can be written, each with a word of its own.
var everything = []struct{ what, word, hit, label, reads string }{
	{"題名", "蜜柑", "PUB", "", everybody}, {"概要", "林檎", "PUB", "概要", everybody},
	{"背景", "葡萄", "PUB", "背景・現状", everybody}, {"ありたい姿", "西瓜", "PUB", "ありたい姿", everybody},
	{"取り組み", "胡桃", "PUB", "取り組み", everybody}, {"成果", "枇杷", "PUB", "成果・変化", members},
	{"つまずき", "椿", "PUB", "つまずき", cohort}, {"気づき", "向日葵", "PUB", "気づき・学び", team}, {"これから", "朝顔", "PUB", "これから", staff},
	{"筆者の名", "小笠原", "PUB", "書いた人", members}, {"その後", "蜂蜜", "PUB", "その後", everybody}, {"やってみた", "味噌", "PUB", "うちでもやってみた", everybody},
	{"会員のレポート", "太鼓", "MEM", "", members}, {"期のレポート", "風鈴", "COH", "", cohort}, {"チームのレポート", "提灯", "TEA", "", team},
	{"運営のレポート", "風呂敷", "STA", "", staff}, {"確認待ち", "硯", "REV", "", members},
	{"下書き", "墨汁", "DRA", "", nobody}, {"見えなくしたもの", "万年筆", "HID", "", nobody}, {"取り下げたもの", "封筒", "WIT", "", nobody},
	{"ポスターの題名", "灯台", "POS", "", everybody}, {"ポスターの面", "鯨", "POS", "書き起こし", everybody}, {"ポスターの説明", "珊瑚", "POS", "書き起こし", everybody},
	{"論文の一頁め", "狐", "PAP", "資料 p.1", members}, {"論文の二頁め", "狸", "PAP", "資料 p.2", members}, {"論文の四十頁め", "兎", "PAP", "資料 p.40", members},
	{"資料の頁", "駱駝", "MAT", "資料 p.3", everybody}, {"資料の題名", "蝙蝠", "MAT", "", everybody},
	{"話題の題名", "金魚", "TOP", "", members}, {"はじめの投稿", "蟷螂", "TOP", "話し合い", members}, {"あとの投稿", "蝸牛", "TOP", "話し合い", members},
	{"百番の投稿", "蟋蟀", "TOP", "話し合い", members}, {"期の百番の投稿", "啄木鳥", "TOC", "話し合い", cohort},
	{"チームの百番の投稿", "鶺鴒", "TOT", "話し合い", team}, {"見えなくした話題の百番", "蟾蜍", "TOH", "", nobody},
	{"消した投稿", "蜥蜴", "TOP", "", nobody}, {"期の話題", "案山子", "TOC", "話し合い", cohort}, {"見えなくした話題", "鹿威し", "TOH", "", nobody},
	{"公開の実践の話し合い", "座布団", "TOE", "話し合い", members}, {"投稿のない話題", "囲炉裏", "TO0", "", nobody},
	{"特集の題名", "雛人形", "COL", "", everybody}, {"特集の前書き", "門松", "COL", "前書き", everybody},
	{"公開の実践へのひとこと", "鯉幟", "COL", "特集のひとこと", everybody}, {"期の実践へのひとこと", "羽子板", "COL", "特集のひとこと", cohort},
	{"見えない実践へのひとこと", "独楽", "COL", "", nobody},
	{"会員の特集", "凧揚げ", "COM", "", members}, {"運営の特集", "福笑い", "COS", "", staff}, {"運営の特集の期へのひとこと", "双六", "COS", "", nobody},
	{"下書きの特集", "竹馬", "COD", "", nobody},
}

// writeEverything writes it.
func writeEverything(t *testing.T, d *db.DB) int64 {
	word := map[string]string{}
	for _, e := range everything {
		word[e.what] = e.word
	}
	entry := func(id, kind, title, audience, state string) string {
		return insertEntry + fmt.Sprintf(`('%s', '%s', '%s', '202151', 2019, 'regular', 'c1', '%s', '%s', '%s', 1, 'w', ?0, ?0, ?0)`,
			id, kind, word[title], state, audience, audience)
	}
	section := func(key, what, audience string) string {
		return fmt.Sprintf(`INSERT INTO entry_section (entry, key, body, html, renderer, audience) VALUES ('PUB', '%s', '**%s**のこと。', '', 1, '%s')`,
			key, word[what], audience)
	}
	file := func(entry, alt string, pages ...any) []string {
		out := []string{fmt.Sprintf(`INSERT INTO file (id, entry, name, type, size, sha256, blob, alt, state, page_count, created_by, created_at)
			VALUES ('F%[1]s', '%[1]s', 'a.pdf', 'application/pdf', 1, '', '', '%[2]s', 'ready', %[3]d, 'w', ?)`, entry, word[alt], len(pages)/2)}
		for i := 0; i < len(pages); i += 2 {
			out = append(out, fmt.Sprintf(`INSERT INTO page (file, number, width, height, text, words) VALUES ('F%s', %d, 1, 1, '%s', '[]')`,
				entry, pages[i], word[pages[i+1].(string)]))
		}
		return out
	}
	topic := func(id, entry, title, audience, state string, posts int) string {
		return fmt.Sprintf(`INSERT INTO topic (id, entry, title, state, audience, cohort, author, posts, created_at, last_at)
			VALUES ('%s', '%s', '%s', '%s', '%s', 'c1', 'w', %d, ?0, ?0)`, id, entry, title, state, audience, posts)
	}
	post := func(topic string, number int, what, state string) string {
		return fmt.Sprintf(`INSERT INTO post (id, topic, number, author, body, html, renderer, state, created_at, n)
			VALUES ('%[1]s%[2]d', '%[1]s', %[2]d, 'w', '%[3]sのこと', '', 1, '%[4]s', ?, %[2]d)`, topic, number, word[what], state)
	}
	collection := func(id, title, lead, audience, state string) string {
		return fmt.Sprintf(`INSERT INTO collection (id, slug, title, lead, state, audience, version, created_by, created_at, updated_at)
			VALUES ('%[1]s', 'slug-%[1]s', '%[2]s', '%[3]s', '%[4]s', '%[5]s', 1, 'w', ?0, ?0)`, id, word[title], word[lead], state, audience)
	}
	pick := func(collection, entry, what string, at int) string {
		return fmt.Sprintf(`INSERT INTO collection_item (collection, position, entry, note) VALUES ('%s', %d, '%s', '%s')`, collection, at, entry, word[what])
	}
	statements := []string{`INSERT INTO person (id, name, member, created_at) VALUES ('w', '小笠原', TRUE, ?)`,
		entry("PUB", "report", "題名", "public", "published"), `UPDATE entry SET summary = '林檎', team = 't1' WHERE id = 'PUB' AND created_at <= ?`,
		section("background", "背景", ""), section("vision", "ありたい姿", ""), section("practice", "取り組み", "public"),
		section("outcome", "成果", "members"), section("stumble", "つまずき", "cohort"), section("reflection", "気づき", "team"), section("next", "これから", "staff"),
		`INSERT INTO entry_author (entry, person, position) VALUES ('PUB', 'w', 1)`,
		`INSERT INTO follow_up (id, entry, body, html, author, created_at) VALUES ('U1', 'PUB', '蜂蜜を続けている。', '', 'w', ?)`,
		`INSERT INTO adoption (id, entry, municipality, body, html, result, author, created_at) VALUES ('A1', 'PUB', '202070', '味噌でも試した。', '', 'well', 'w', ?)`,
		entry("MEM", "report", "会員のレポート", "members", "published"), entry("COH", "report", "期のレポート", "cohort", "published"),
		entry("TEA", "report", "チームのレポート", "team", "published"), `UPDATE entry SET team = 't1' WHERE id = 'TEA' AND created_at <= ?`,
		entry("STA", "report", "運営のレポート", "staff", "published"), entry("REV", "report", "確認待ち", "members", "review"),
		entry("DRA", "report", "下書き", "members", "draft"), entry("HID", "report", "見えなくしたもの", "members", "hidden"),
		entry("WIT", "report", "取り下げたもの", "members", "withdrawn"), entry("POS", "poster", "ポスターの題名", "public", "published"),
		entry("PAP", "paper", "", "members", "published"), entry("MAT", "material", "資料の題名", "public", "published")}
	statements = append(statements, file("POS", "ポスターの説明", 1, "ポスターの面")...)
	statements = append(statements, file("PAP", "", 1, "論文の一頁め", 2, "論文の二頁め", 40, "論文の四十頁め")...)
	statements = append(statements, file("MAT", "", 2, "", 3, "資料の頁")...)
	statements = append(statements, topic("TOP", "", "金魚", "members", "published", 3), post("TOP", 1, "はじめの投稿", "published"),
		post("TOP", 2, "あとの投稿", "published"), post("TOP", 3, "消した投稿", "withdrawn"),
		topic("TOC", "", "x", "cohort", "published", 1), post("TOC", 1, "期の話題", "published"),
		post("TOP", 100, "百番の投稿", "published"), post("TOC", 100, "期の百番の投稿", "published"),
		topic("TOT", "", "x", "team", "published", 1), `UPDATE topic SET team = 't1' WHERE id = 'TOT' AND created_at <= ?`,
		post("TOT", 100, "チームの百番の投稿", "published"),
		topic("TOH", "", "x", "members", "hidden", 1), post("TOH", 1, "見えなくした話題", "published"), post("TOH", 100, "見えなくした話題の百番", "published"),
		topic("TOE", "PUB", "x", "public", "published", 1), post("TOE", 1, "公開の実践の話し合い", "published"),
		topic("TO0", "", "囲炉裏", "members", "published", 0),
		collection("COL", "特集の題名", "特集の前書き", "public", "published"), collection("COM", "会員の特集", "", "members", "published"),
		collection("COS", "運営の特集", "", "staff", "published"), collection("COD", "下書きの特集", "", "public", "draft"),
		pick("COL", "PUB", "公開の実践へのひとこと", 0), pick("COL", "COH", "期の実践へのひとこと", 1), pick("COL", "HID", "見えない実践へのひとこと", 2),
		pick("COS", "COH", "運営の特集の期へのひとこと", 0))
	return exec(t, d, statements, &event.Event{Kind: event.CollectionChanged, Subject: "COL"})
}

func TestEverythingWrittenIsFoundByItsOwnWordByWhoMayReadItAndByNobodyElse(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		writeEverything(t, d)
		x := index(t)
		if err := x.Rebuild(t.Context(), search.Rows{DB: d}); err != nil {
			t.Fatal(err)
		}
		for _, e := range everything {
			for letter, v := range readers {
				r, err := x.Find(t.Context(), d, v, search.Request{Text: e.word}, 0)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(e.reads, letter) {
					if r.Total != 0 || len(r.Hits) > 0 {
						t.Errorf("%s (%s) is found by %s: %s", e.what, e.word, letter, ids(r))
					}
					continue
				}
				if ids(r) != e.hit {
					t.Errorf("%s (%s): %s found [%s]; want %s", e.what, e.word, letter, ids(r), e.hit)
				} else if e.label != "" && (len(r.Hits[0].Snippets) == 0 || r.Hits[0].Snippets[0].Label != e.label) {
					t.Errorf("%s (%s): %s is shown %+v; want a piece of %s", e.what, e.word, letter, r.Hits[0].Snippets, e.label)
				}
			}
		}
	})
}

// A collection's words about an entry follow the entry: with the event, and before it too.
func TestTheWordAboutAnEntryGoesWithTheEntry(t *testing.T) {
	testkit.Each(t, func(t *testing.T, d *db.DB) {
		x, _ := follow(t, t.TempDir(), d)
		reach(t, x, writeEverything(t, d))
		find := func(word string) search.Result {
			t.Helper()
			r, err := x.Find(t.Context(), d, readers["m"], search.Request{Text: word}, 0)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if got := ids(find("鯉幟")); got != "COL" {
			t.Fatalf("the word finds [%s]; want the collection", got)
		}
		const narrow = "UPDATE entry SET audience = 'team', version = version + 1 WHERE id = 'PUB' AND created_at <= ?"
		exec(t, d, []string{narrow})
		for _, h := range find("鯉幟").Hits {
			if len(h.Snippets) > 0 || strings.Contains(fmt.Sprint(h.Sections), "鯉幟") {
				t.Errorf("the word about a narrowed entry is shown: %+v", h)
			}
		}
		reach(t, x, exec(t, d, []string{narrow}, &event.Event{Kind: event.EntryAudience, Subject: "PUB"}))
		if got := ids(find("鯉幟")); got != "" {
			t.Errorf("after the event the word finds [%s]", got)
		}
		seq := exec(t, d, []string{"UPDATE collection SET state = 'draft', version = 2 WHERE id = 'COL' AND created_at <= ?"},
			&event.Event{Kind: event.CollectionChanged, Subject: "COL"})
		reach(t, x, seq)
		if got := ids(find("雛人形")); got != "" {
			t.Errorf("a collection taken back is found: [%s]", got)
		}
	})
}
