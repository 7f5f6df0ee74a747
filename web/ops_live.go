package web

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/manetomo/manetomo/internal/live"
)

// channel adds what the live channel counts: how readers are connected, and by which way they are served. A site whose
// readers mostly poll stands behind networks that refuse sockets.
func (m *metrics) channel(st *live.Stats) {
	gauge := func(way string, n *atomic.Int64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "manetomo_live_connections",
			Help: "Readers connected now, by way.", ConstLabels: prometheus.Labels{"way": way}}, read(n)))
	}
	counter := func(name, help string, labels prometheus.Labels, n *atomic.Int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels}, read(n)))
	}
	gauge("socket", &st.Sockets)
	gauge("poll", &st.Polls)
	for way, n := range map[string]*atomic.Int64{"socket": &st.SocketsOpened, "poll": &st.PollsAnswered, "plain": &st.PlainAnswered} {
		counter("manetomo_live_served_total", "Sockets opened, long polls and plain polls answered.", prometheus.Labels{"way": way}, n)
	}
	counter("manetomo_live_events_total", "Events followed by the hub.", nil, &st.Events)
	counter("manetomo_live_deliveries_total", "Events handed to readers.", nil, &st.Deliveries)
	counter("manetomo_live_slow_total", "Readers cut because they did not read.", nil, &st.Slow)
	counter("manetomo_live_refused_total", "Sockets refused for the limit of an account.", nil, &st.Refused)
}

func read(n *atomic.Int64) func() float64 { return func() float64 { return float64(n.Load()) } }
