package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/manetomo/manetomo/search"
)

// Groonga stands beside the archive's own search: the same documents, the same queries, bigrams over its own fold. It
// is asked through its standard input, so that no network counts. A nil Groonga measures nothing.
type Groonga struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// StartGroonga starts it in a folder of its own, or gives nil where it is not installed.
func StartGroonga(ctx context.Context, dir string) (*Groonga, error) {
	program, err := exec.LookPath("groonga")
	if err != nil {
		return nil, nil
	}
	g := &Groonga{cmd: exec.CommandContext(ctx, program, "-n", filepath.Join(dir, "peer.db"))}
	if g.in, err = g.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	g.out = bufio.NewReader(out)
	if err := g.cmd.Start(); err != nil {
		return nil, err
	}
	for _, command := range []string{
		"table_create Docs TABLE_HASH_KEY ShortText",
		"column_create Docs title COLUMN_SCALAR ShortText",
		"column_create Docs body COLUMN_SCALAR Text",
		"table_create Terms TABLE_PAT_KEY ShortText --default_tokenizer TokenBigram --normalizer NormalizerNFKC150",
		"column_create Terms in_title COLUMN_INDEX|WITH_POSITION Docs title",
		"column_create Terms in_body COLUMN_INDEX|WITH_POSITION Docs body",
	} {
		if _, err := g.command(command); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// Close ends it.
func (g *Groonga) Close() error {
	if g == nil {
		return nil
	}
	if err := g.in.Close(); err != nil {
		return err
	}
	return g.cmd.Wait()
}

// command sends one line and reads the answer; an error if it is not a success.
func (g *Groonga) command(line string) (answer []byte, err error) {
	if _, err := io.WriteString(g.in, line+"\n"); err != nil {
		return nil, err
	}
	answer, err = g.out.ReadBytes('\n')
	if err == nil && !strings.HasPrefix(string(answer), "[[0,") {
		err = fmt.Errorf("groonga answers %.300s", answer)
	}
	return answer, err
}

// Load gives it the documents.
func (g *Groonga) Load(ctx context.Context, source search.Source) error {
	if g == nil {
		return nil
	}
	return source.All(ctx, func(docs []search.Document) error {
		rows := make([]map[string]string, len(docs))
		for i, d := range docs {
			var body []string
			for _, s := range d.Sections {
				body = append(body, s.Text)
			}
			rows[i] = map[string]string{"_key": d.ID, "title": d.Title, "body": strings.Join(body, "\n")}
		}
		values, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		_, err = g.command("load --table Docs\n" + string(values))
		return err
	})
}

// ask times a query as Groonga itself counts it, and by its processor's time.
func (g *Groonga) ask(text string, to *Timing) error {
	if g == nil {
		return nil
	}
	began, busy := time.Now(), g.processorTime()
	command := "select Docs --limit 20 --output_columns _key,_score --sort_keys -_score"
	if text != "" {
		command += " --match_columns title*3||body --query " + strconv.Quote(text)
	}
	if _, err := g.command(command); err != nil {
		return err
	}
	to.add(time.Since(began), g.processorTime()-busy)
	return nil
}

// processorTime is how long it has run, where the system tells.
func (g *Groonga) processorTime() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", g.cmd.Process.Pid))
	if err != nil {
		return processorTime()
	}
	ns, _, _ := strings.Cut(string(stat), " ")
	n, _ := strconv.ParseInt(ns, 10, 64)
	return time.Duration(n)
}
