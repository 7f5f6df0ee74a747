package bench

import (
	"net"
	"runtime"
	"sync"
	"time"
)

// wire writes the same bytes to as many connections without any site: one write for each message, as a server does that
// does not join them. It is what the machine can do, and tells how much of the figures is the system's own share.
func wire(readers, size, messages int) (perSecond float64, each time.Duration, err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	defer ln.Close()
	var reading, writing sync.WaitGroup
	conns := make([]net.Conn, readers)
	for i := range conns {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			return 0, 0, err
		}
		if conns[i], err = ln.Accept(); err != nil {
			return 0, 0, err
		}
		reading.Go(func() {
			defer c.Close()
			buf := make([]byte, largeRead)
			for {
				if _, err := c.Read(buf); err != nil {
					return
				}
			}
		})
	}
	message := make([]byte, size)
	workers := runtime.GOMAXPROCS(0)
	used := make([]time.Duration, workers)
	began := time.Now()
	for w := range workers {
		writing.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			before := threadTime()
			for range messages {
				for i := w; i < readers; i += workers {
					if _, err := conns[i].Write(message); err != nil {
						return
					}
				}
			}
			used[w] = threadTime() - before
		})
	}
	writing.Wait()
	took := time.Since(began)
	for _, c := range conns {
		c.Close()
	}
	reading.Wait()
	var sum time.Duration
	for _, u := range used {
		sum += u
	}
	n := readers * messages
	return float64(n) / took.Seconds(), sum / time.Duration(n), nil
}
