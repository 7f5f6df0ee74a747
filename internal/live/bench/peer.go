package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Peer is nchan, a server of channels inside nginx, run beside the site for comparison. It keeps messages in memory
// alone: nothing is on disk when it answers, nobody is asked who may read, and who was away gets only what its memory
// still holds. So it does less for each message than a site does, and what it needs is a fair lower mark.
type Peer struct {
	address, dir string
	process      *exec.Cmd
	ended        chan struct{}
	client       http.Client
	size         int // of a message as a reader gets it, the same as the site's
}

const (
	peerModule  = "/usr/lib/nginx/modules/ngx_nchan_module.so"
	peerMessage = 640 // the size of a post of 400 bytes in a frame of the site, until one was measured
	peerMark    = "id: 1795393043:0\n\n"
)

// peerSettings are nchan at its best: a worker for each core, no log of requests, room for everything of a scenario.
const peerSettings = `load_module %s;
daemon off;
worker_processes %d;
pid nginx.pid;
error_log stderr error;
events { worker_connections 30000; multi_accept on; }
http {
	access_log off;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	keepalive_requests 100000000;
	nchan_shared_memory_size 512M;
	server {
		listen %s backlog=4096 reuseport;
		location ~ ^/say/(\w+)$ {
			nchan_publisher;
			nchan_channel_id $1;
			nchan_message_buffer_length 20000;
			nchan_message_timeout 10m;
		}
		location ~ ^/follow/(\w+)$ {
			nchan_subscriber websocket;
			nchan_channel_id $1;
			nchan_subscriber_first_message newest;
			nchan_subscriber_last_message_id $arg_from;
			nchan_websocket_ping_interval 25;
		}
	}
}
`

// StartPeer runs nchan where it is installed; nil where it is not.
func StartPeer(ctx context.Context, address string, cores int) (*Peer, error) {
	program, err := exec.LookPath("nginx")
	if _, missing := os.Stat(peerModule); err != nil || missing != nil {
		return nil, nil
	}
	p := &Peer{address: address, size: peerMessage, ended: make(chan struct{})}
	p.client = http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	if p.dir, err = os.MkdirTemp("", "manetomo-bench-"); err != nil {
		return nil, err
	}
	settings := filepath.Join(p.dir, "nginx.conf")
	err = os.WriteFile(settings, fmt.Appendf(nil, peerSettings, peerModule, cores, address), 0o600)
	if err == nil {
		err = os.Chmod(p.dir, 0o755) // its workers are another account
	}
	if err == nil {
		p.process = exec.CommandContext(ctx, program, "-p", p.dir, "-c", settings, "-e", "stderr")
		p.process.Stderr = os.Stderr
		err = p.process.Start()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(p.dir))
	}
	go func() { _ = p.process.Wait(); close(p.ended) }()
	return p, p.ready(ctx)
}

func (p *Peer) ready(ctx context.Context) error {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if c, err := net.Dial("tcp", p.address); err == nil {
			return c.Close()
		}
		if err := rest(ctx, 10*time.Millisecond); err != nil {
			return errors.Join(err, p.End())
		}
	}
	return errors.Join(errors.New("nginx with nchan does not get ready"), p.End())
}

// End stops the peer and removes what it made.
func (p *Peer) End() error {
	_ = p.process.Process.Signal(os.Interrupt) // the master ends its workers, which a kill would leave behind
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		_ = p.process.Process.Kill()
		<-p.ended
	}
	return os.RemoveAll(p.dir)
}

// open names a channel; the first message or reader makes it.
func (p *Peer) open(context.Context, string) (topic, error) {
	return topic{ID: "bench" + strconv.FormatInt(time.Now().UnixNano(), 36)}, nil
}

func (p *Peer) say(ctx context.Context, t topic, words, _ string) error {
	text := "sent:" + words + " "
	text += strings.Repeat("x", max(0, p.size-len(peerMark)-len(text)))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.address+"/say/"+t.ID, strings.NewReader(text))
	if err != nil {
		return err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return &refused{req.URL.Path, res.StatusCode, ""}
	}
	return nil
}

func (p *Peer) dial(ctx context.Context) (net.Conn, error) { return dialTCP(ctx, p.address) }

// enter follows a channel from the last message that the reader had, with nchan's own subprotocol that tells the mark
// of each message.
func (p *Peer) enter(_ context.Context, r *reader, c net.Conn, in *bufio.Reader) error {
	path := "/follow/" + r.topic.ID
	if r.mark != "" {
		path += "?from=" + r.mark
	}
	return shake(c, in, path, p.address, "ws+meta.nchan", "")
}

var sentMark = []byte("sent:")

// take notes a message. nchan does not number them, so how many came is the place of the next; its marks only grow.
func (p *Peer) take(r *reader, text []byte) {
	head, _, ok := bytes.Cut(text, []byte("\n"))
	mark, isMark := bytes.CutPrefix(head, []byte("id: "))
	if !ok || !isMark {
		return
	}
	if !laterMark(r.mark, string(mark)) {
		r.wrong++
	}
	r.mark = string(mark)
	r.event(r.n.Load()+1, text, sentMark)
}

// laterMark compares two marks of nchan: a second, and the place within it.
func laterMark(a, b string) bool {
	if a == "" {
		return true
	}
	second, place := markParts(a)
	otherSecond, otherPlace := markParts(b)
	return otherSecond > second || otherSecond == second && otherPlace > place
}

func markParts(mark string) (second, place int64) {
	a, b, _ := strings.Cut(mark, ":")
	second, _ = strconv.ParseInt(a, 10, 64)
	place, _ = strconv.ParseInt(b, 10, 64)
	return second, place
}

// memory is what the peer's processes hold together; what they share is counted once.
func (p *Peer) memory() (sum int64) {
	for _, pid := range p.processes() {
		sum += sharedMemory(pid)
	}
	return sum
}

func (p *Peer) cpu() (sum time.Duration) {
	for _, pid := range p.processes() {
		sum += cpuOf(pid)
	}
	return sum
}

// processes are the master and its workers.
func (p *Peer) processes() []int {
	master := p.process.Process.Pid
	all := []int{master}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", master, master))
	for _, child := range strings.Fields(string(text)) {
		if pid, err := strconv.Atoi(child); err == nil {
			all = append(all, pid)
		}
	}
	return all
}
