package desk

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/archive"
	"github.com/manetomo/manetomo/internal/curate"
	"github.com/manetomo/manetomo/internal/member"
)

// told is what the record says of an act's detail and in which order. Ids, and what the other columns say already, have
// no word and are left out here; the row in the database keeps everything.
var told = []struct{ key, word string }{
	{"text", "ことば"}, {"term", "ことば"}, {"near", "近いことば"}, {"weak", "広すぎることば"}, {"off", "使わない"},
	{"title", "題名"}, {"state", "状態"}, {"audience", "公開範囲"}, {"wanted", "希望"}, {"front", "表紙"}, {"items", "実践"},
	{"role", "役割"}, {"provider", "ログイン方法"}, {"flags", "通報"}, {"new", "新しい行"}, {"changed", "変わった行"}, {"same", "同じ行"},
	{"problem", "確かめる行"}, {"rows", "行"}, {"gone", "取り下げ"}, {"stayed", "残ったもの"}, {"reason", "一言"}, {"note", "一言"},
}

// detail says in words what was changed: a state before and after only where the two differ.
func detail(a curate.Act) string {
	var d map[string]any
	if json.Unmarshal(a.Detail, &d) != nil {
		return ""
	}
	before, _ := d["before"].(map[string]any)
	after, _ := d["after"].(map[string]any)
	var parts []string
	for _, t := range told {
		was, is := saidOf(t.key, before[t.key]), saidOf(t.key, after[t.key])
		switch {
		case was != is && was != "" && is != "":
			parts = append(parts, t.word+"："+was+" → "+is)
		case was != is && is != "":
			parts = append(parts, t.word+"："+is)
		case was != is:
			parts = append(parts, t.word+"："+was+" → なし")
		}
		if s := saidOf(t.key, d[t.key]); s != "" && s != a.Title {
			parts = append(parts, t.word+"："+s)
		}
	}
	return strings.Join(parts, "／")
}

func saidOf(key string, value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "はい"
		}
	case float64:
		if v != 0 {
			return strconv.FormatFloat(v, 'f', -1, 64) + "件"
		}
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, saidOf(key, one))
		}
		return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), "・")
	case map[string]any: // an audience with its circle
		rung, _ := v["rung"].(string)
		return saidOf(key, rung)
	case string:
		switch {
		case v == "":
		case key == "state":
			return archive.StateLabel(access.State(v))
		case key == "audience", key == "wanted":
			return archive.AudienceLabel(access.Rung(v))
		case key == "role":
			if name := member.RoleName(v); name != "" {
				return name
			}
		}
		return v
	}
	return ""
}
