package search

import (
	"fmt"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// What a rebuild takes on the disk beside the index in use: the segments and, for a moment, all of them merged.
const (
	roomTimes    = 2.2       // as much as the index in use
	roomDocument = 40 << 10  // for each document, where there is none to measure
	roomLeast    = 100 << 20 // so that the rest of the node can go on
)

// checkRoom tells whether a rebuild of so many documents finds room. A full disk would stop the database too.
func checkRoom(dir string, documents int) error {
	var disk unix.Statfs_t
	if err := unix.Statfs(dir, &disk); err != nil {
		return fmt.Errorf("look for room on the disk of %s: %w", dir, err)
	}
	return enough(int64(disk.Bavail)*int64(disk.Bsize), folderBytes(currentGeneration(dir)), documents)
}

// enough judges what is free by the size of the index in use, or by how many documents there are.
func enough(free, used int64, documents int) error {
	needed := int64(roomTimes*float64(used)) + roomLeast
	if used == 0 {
		needed += int64(documents) * roomDocument
	}
	if free >= needed {
		return nil
	}
	return fmt.Errorf("検索の索引を作り直すには、ディスクの空きがあと%dMB必要です（必要 %dMB、空き %dMB）。今の索引があれば、検索はそのまま使えます。"+
		"空きを増やしてから、もう一度 manetomo reindex を実行してください。", (needed-free)>>20+1, needed>>20, free>>20)
}

// folderBytes is how much the files of a folder take; 0 for none.
func folderBytes(dir string) (n int64) {
	if dir == "" {
		return 0
	}
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // merged away meanwhile
		}
		if info, err := e.Info(); err == nil && !e.IsDir() {
			n += info.Size()
		}
		return nil
	})
	return n
}
