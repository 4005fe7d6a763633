package jsonrpc

import (
	"io"
	"sync"
)

// pages is an answer in parts of one size. One buffer that doubled as it grew
// would take several times the memory of a large answer.
type pages struct {
	list []*page
	lent []bool // which of them are of the body
	size int    // bytes written
	body []byte // the part of the request's body that is needed no more
	next int    // where in it the next page is
}

const pageSize = 64 << 10

type page [pageSize]byte

var pagePool = sync.Pool{New: func() any { return new(page) }}

// write appends b.
func (p *pages) write(b []byte) {
	for len(b) > 0 {
		at := p.size % pageSize
		if at == 0 {
			p.grow()
		}
		n := copy(p.list[len(p.list)-1][at:], b)
		p.size += n
		b = b[n:]
	}
}

// grow adds a page. A large batch is answered in the memory that it came in.
func (p *pages) grow() {
	lent := len(p.body)-p.next >= pageSize
	p.lent = append(p.lent, lent)
	if lent {
		p.list = append(p.list, (*page)(p.body[p.next:]))
		p.next += pageSize
		return
	}
	p.list = append(p.list, pagePool.Get().(*page))
}

// writeTo copies all that was written.
func (p *pages) writeTo(w io.Writer) error {
	for i, page := range p.list {
		if _, err := w.Write(page[:min(pageSize, p.size-i*pageSize)]); err != nil {
			return err
		}
	}
	return nil
}

// release makes p empty.
func (p *pages) release() {
	for i, page := range p.list {
		if !p.lent[i] {
			pagePool.Put(page)
		}
	}
	clear(p.list)
	*p = pages{list: p.list[:0], lent: p.lent[:0]}
}
