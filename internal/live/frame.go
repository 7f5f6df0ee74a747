package live

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"time"

	"github.com/manetomo/manetomo/internal/access"
	"github.com/manetomo/manetomo/internal/event"
	"github.com/manetomo/manetomo/internal/talk"
)

// Protocol is the websocket subprotocol: JSON text, one frame in one message.
const Protocol = "manetomo.1"

// Why a connection is asked to go.
const (
	slow    = "slow"    // it does not read: it may come back and goes on from its n
	auth    = "auth"    // its session or its right has ended
	restart = "restart" // this node stops: come back after wait
)

// Codes of a refused subscription.
const (
	notFound = "not_found" // missing, or not for this reader
	badSince = "bad_since"
	tooMany  = "too_many"
)

// asked is any frame from a reader.
type asked struct {
	T     string       `json:"t"`
	V     int          `json:"v"`
	Topic string       `json:"topic"`
	Since *json.Number `json:"since"`
	N     int64        `json:"n"`
	Seq   int64        `json:"seq"`
}

// Frames to a reader that are not events.
type (
	welcome struct {
		T     string `json:"t"`
		User  string `json:"user"`
		Epoch string `json:"epoch"`
		Beat  int    `json:"beat"`
	}
	position struct { // subd, gap
		T     string `json:"t"`
		Topic string `json:"topic"`
		N     int64  `json:"n"`
		Min   int64  `json:"min,omitempty"`
	}
	refusal struct { // error, end
		T     string `json:"t"`
		Topic string `json:"topic,omitempty"`
		Code  string `json:"code,omitempty"`
	}
	who struct {
		T      string `json:"t"`
		Topic  string `json:"topic"`
		Here   int    `json:"here"`
		Typing int    `json:"typing"`
	}
	bye struct {
		T    string `json:"t"`
		Why  string `json:"why"`
		Wait int64  `json:"wait"`
	}
)

// ev is one event of a topic. What it says of a post is the post as it stands now, so a frame may be newer than its n,
// never older, and a text taken out of sight is in none.
type ev struct {
	T        string                `json:"t"`
	Topic    string                `json:"topic"`
	N        int64                 `json:"n"`
	Seq      int64                 `json:"seq"`
	Kind     event.Kind            `json:"kind"`
	Number   int64                 `json:"number,omitempty"`
	ID       string                `json:"id,omitempty"`
	HTML     string                `json:"html,omitempty"`
	Author   *author               `json:"author,omitempty"`
	At       time.Time             `json:"at"`
	EditedAt *time.Time            `json:"edited_at,omitempty"`
	Removed  string                `json:"removed,omitempty"` // author, moderator, moved
	Moved    string                `json:"moved,omitempty"`   // the post that stood here
	Nonce    string                `json:"nonce,omitempty"`
	Poll     *poll                 `json:"poll,omitempty"`
	Question *bool                 `json:"question,omitempty"` // of a topic: whether it is a question
	Answer   *string               `json:"answer,omitempty"`   // of a topic: the post that answers its question
	ReplyTo  *reply                `json:"reply_to,omitempty"`
	Counts   map[talk.Reaction]int `json:"reactions,omitempty"`
}

// poll is as much of a poll as everybody may know; its results each reader asks for by themselves.
type poll struct {
	Voters int  `json:"voters"`
	Over   bool `json:"over"`
}

type author struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Place string `json:"place"` // the municipality's name
}

type reply struct {
	ID     string `json:"id"`
	Number int64  `json:"number"`
	Name   string `json:"name"`
}

func evOf(e event.Event, now *talk.Current) ev {
	f := ev{T: "ev", Topic: e.Topic, N: e.N, Seq: e.Seq, Kind: e.Kind, At: e.At.UTC()}
	if t := now.Topic(e); t != nil {
		f.Question, f.Answer = &t.Question, &t.Answer
	}
	p := now.Post(e)
	if p == nil {
		f.Number = clearedTo(e)
		return f
	}
	f.ID, f.Number, f.Removed, f.Counts = p.ID, p.Number, removed(p), p.Counts
	if p.Poll != nil {
		f.Poll = &poll{p.Poll.Voters, p.Poll.Over}
	}
	if e.Kind == event.PostReacted || e.Kind == event.PollChanged {
		return f
	}
	f.At, f.EditedAt, f.HTML, f.Nonce, f.Moved = p.CreatedAt.UTC(), p.EditedAt, p.Whole(), p.Nonce, p.Moved
	f.Author = &author{p.Author, p.AuthorName, talk.Place(p.AuthorPlace)}
	if p.ReplyNumber > 0 {
		f.ReplyTo = &reply{p.ReplyTo, p.ReplyNumber, p.ReplyName}
	}
	return f
}

// clearedTo is the number up to which the posts of a topic were deleted, of the event that says so.
func clearedTo(e event.Event) int64 {
	var data struct{ Number int64 }
	if e.Kind != event.PostsCleared || json.Unmarshal(e.Data, &data) != nil {
		return 0
	}
	return data.Number
}

// removed says who took a post out, empty while it stands.
func removed(p *talk.View) string {
	switch p.State {
	case access.Published:
		return ""
	case access.Withdrawn:
		return "author"
	case talk.MovedAway:
		return "moved"
	}
	return "moderator"
}

// appendFrame adds v as one whole websocket text message, unmasked, as a server sends it.
func appendFrame(b []byte, v any) []byte {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // html would grow to its double; a frame is never put into a page as it is
	if err := enc.Encode(v); err != nil {
		panic("live: a frame of our own does not encode: " + err.Error()) // only our own types come here
	}
	return appendMessage(b, opText, bytes.TrimRight(text.Bytes(), "\n"))
}

// Opcodes of RFC 6455, with the bit that says: this is the whole message.
const (
	opText  = 0x81
	opClose = 0x88
	opPing  = 0x89
	opPong  = 0x8a
)

func appendMessage(b []byte, op byte, payload []byte) []byte {
	b = append(b, op)
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// payloads calls f with the text of each message in b, which appendMessage made.
func payloads(b []byte, f func([]byte)) {
	for len(b) > 0 {
		n, head := uint64(b[1]), uint64(2)
		switch n {
		case 126:
			n, head = uint64(binary.BigEndian.Uint16(b[2:])), 4
		case 127:
			n, head = binary.BigEndian.Uint64(b[2:]), 10
		}
		f(b[head : head+n])
		b = b[head+n:]
	}
}

// since reads where a subscription goes on from; ok is false for what is no position at all.
func (a asked) since() (n int64, given, ok bool) {
	if a.Since == nil {
		return 0, false, true
	}
	n, err := strconv.ParseInt(a.Since.String(), 10, 64)
	return n, true, err == nil && n >= 0
}

// batch is a run of events of one topic, encoded once and shared by all its readers.
type batch struct {
	first int64  // n of the first frame
	buf   []byte // the frames, joined
	ends  []int  // where each frame ends in buf
}

func (b *batch) last() int64 { return b.first + int64(len(b.ends)) - 1 }

func (b *batch) add(f ev) {
	if len(b.ends) == 0 {
		b.first = f.N
	}
	b.buf = appendFrame(b.buf, f)
	b.ends = append(b.ends, len(b.buf))
}

// after is what a reader who has seen n still needs of the batch.
func (b *batch) after(n int64) item {
	skip := n + 1 - b.first
	if skip <= 0 {
		return item{buf: b.buf, frames: len(b.ends)}
	}
	return item{buf: b.buf[b.ends[skip-1]:], frames: len(b.ends) - int(skip)}
}
