package live_test

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/manetomo/manetomo/internal/talk"
	"github.com/manetomo/manetomo/internal/testkit"
)

// BenchmarkFlood posts from 32 writers, each post on disk before it is delivered, to 1,000 readers of one topic over
// real sockets of this machine. The readers run in the same process: read the figure as a floor.
func BenchmarkFlood(b *testing.B) {
	const readers, writers = 1000, 32
	d := testkit.SQLite(b)
	s := newSite(b, d)
	v := s.member(b, "hanako", "見本 花子")
	topic := s.topic(b, v, members)
	var reading sync.WaitGroup
	for range readers {
		c := s.dial(b, v.Person)
		c.send(`{"t":"sub","topic":%q}`, topic)
		c.next()
		reading.Go(func() { drainConn(c.NetConn()) })
	}
	body := strings.Repeat("x", 400)
	before := s.hub.Stats().Deliveries.Load()
	b.ResetTimer()
	start := time.Now()
	turns := make(chan struct{})
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range turns {
				if _, err := s.talk.Post(context.Background(), v, topic, talk.NewPost{Body: body}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for b.Loop() {
		turns <- struct{}{}
	}
	close(turns)
	writing.Wait()
	want := before + int64(b.N)*readers - s.hub.Stats().Slow.Load()*int64(b.N)
	for s.hub.Stats().Deliveries.Load() < want {
		<-time.After(time.Millisecond)
	}
	took := time.Since(start)
	b.ReportMetric(float64(s.hub.Stats().Deliveries.Load()-before)/took.Seconds(), "deliveries/s")
	b.ReportMetric(float64(b.N)/took.Seconds(), "posts/s")
	b.ReportMetric(float64(s.hub.Stats().Slow.Load()), "cut")
	b.StopTimer()
	b.Cleanup(reading.Wait)
}

func drainConn(c net.Conn) {
	buf := make([]byte, 64<<10)
	_ = c.SetReadDeadline(time.Time{})
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}

// BenchmarkIdleConnection tells what one signed-in reader of a topic costs in memory while nothing happens. Its own end
// of the connection lives in this process too, but has no buffers.
func BenchmarkIdleConnection(b *testing.B) {
	const readers = 2000
	s := newSite(b, testkit.SQLite(b))
	v := s.member(b, "hanako", "見本 花子")
	topic := s.topic(b, v, members)
	sub := fmt.Appendf(nil, `{"t":"sub","topic":%q}`, topic)
	masked := append([]byte{0x81, 0x80 | byte(len(sub)), 0, 0, 0, 0}, sub...) // the mask of zeros changes nothing
	answer := make([]byte, 4096)
	for b.Loop() {
		before := inUse()
		for range readers {
			c, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { c.Close() })
			fmt.Fprintf(c, "GET /ws HTTP/1.1\r\nHost: x\r\nPerson: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
				"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", v.Person)
			if n, err := c.Read(answer); err != nil || !strings.HasPrefix(string(answer[:n]), "HTTP/1.1 101") {
				b.Fatalf("handshake: %s, %v", answer[:n], err)
			}
			if _, err := c.Write(masked); err != nil {
				b.Fatal(err)
			}
			if _, err := c.Read(answer); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(inUse()-before)/readers, "B/connection")
	}
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
