package search

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/manetomo/manetomo/internal/access"
)

// fill gives every field of a value a content of its own, so that one that is forgotten shows.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("値", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 22, 1, 2, 3, 4000, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic(v.Kind())
	}
}

func TestADocumentIsStoredWhole(t *testing.T) {
	var full Document
	fill(reflect.ValueOf(&full).Elem(), new(int))
	for _, d := range []Document{full, {At: time.Unix(0, 0).UTC()}, {Title: "空の節", At: time.Unix(0, 0).UTC(), Sections: []Section{{}}}} {
		got, err := unpack(pack(d))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, got); diff != "" {
			t.Error(diff)
		}
	}
}

// FuzzStored: whatever stands on the disk, reading it gives a document or an error.
func FuzzStored(f *testing.F) {
	f.Add(pack(Document{ID: "a", Sections: []Section{{Text: "本文", Audience: access.Audience{Rung: access.Public}}}}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, stored []byte) {
		if d, err := unpack(stored); err == nil {
			if again, err := unpack(pack(d)); err != nil || !cmp.Equal(d, again) {
				t.Fatalf("read %+v, then %+v, %v", d, again, err)
			}
		}
	})
}
