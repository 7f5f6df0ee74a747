package live

import "time"

// Presence is a count of people and never stored: how many follow a topic by a socket, and how many write in it.

// types notes that a reader writes in a topic that it follows.
func (r *reader) types(topic string) {
	now := time.Now()
	r.mu.Lock()
	s := r.subs[topic]
	if s == nil || now.Sub(r.typed) < time.Second {
		r.mu.Unlock()
		return
	}
	r.typed = now
	r.mu.Unlock()
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	if s.room.typing == nil {
		s.room.typing = map[string]time.Time{}
	}
	s.room.typing[r.person] = now
	s.room.moved = true
}

// tellWho tells the readers of each topic how many they are, when that has changed.
func (h *Hub) tellWho(now time.Time) {
	h.mu.Lock()
	rooms := make([]*room, 0, len(h.rooms))
	for _, rm := range h.rooms {
		rooms = append(rooms, rm)
	}
	h.mu.Unlock()
	for _, rm := range rooms {
		if !rm.recount(now) {
			continue
		}
		it := rm.whoNow()
		for _, s := range *rm.subs.Load() {
			if s.reader.socket != nil {
				s.reader.push(it)
			}
		}
	}
}

// recount tells whether there are others than were told before.
func (rm *room) recount(now time.Time) (changed bool) {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if !rm.moved {
		return false
	}
	people := map[string]bool{}
	for _, s := range *rm.subs.Load() {
		if s.reader.socket != nil {
			people[s.reader.person] = true
		}
	}
	for person, at := range rm.typing {
		if now.Sub(at) > typingLasts || !people[person] {
			delete(rm.typing, person)
		}
	}
	rm.moved = len(rm.typing) > 0 // they will stop
	changed = rm.here != len(people) || rm.typed != len(rm.typing)
	rm.here, rm.typed = len(people), len(rm.typing)
	return changed
}

// whoNow is the frame of what was last told, nothing before the first count.
func (rm *room) whoNow() item {
	rm.mu.Lock()
	defer rm.mu.Unlock()
	if rm.here == 0 {
		return item{}
	}
	return item{buf: appendFrame(nil, who{"who", rm.id, rm.here, rm.typed}), small: true}
}
