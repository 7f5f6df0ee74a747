package live_test

import (
	"context"
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

// BenchmarkIdleConnection tells what one signed-in reader of a topic costs in memory while nothing happens, with the
// reader's own end of the connection in it, since both live in this process.
func BenchmarkIdleConnection(b *testing.B) {
	const readers = 2000
	s := newSite(b, testkit.SQLite(b))
	v := s.member(b, "hanako", "見本 花子")
	topic := s.topic(b, v, members)
	for b.Loop() {
		before := inUse()
		for range readers {
			c := s.dial(b, v.Person)
			c.send(`{"t":"sub","topic":%q}`, topic)
			c.next()
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
