package jsonrpc

import (
	"io"
	"sync"
)

// pages is an answer in parts of one size. One buffer that doubled as it grew
// would take several times the memory of a large answer.
type pages struct {
	list []*page
	size int // bytes written
}

type page [64 << 10]byte

var pagePool = sync.Pool{New: func() any { return new(page) }}

// write appends b.
func (p *pages) write(b []byte) {
	for len(b) > 0 {
		at := p.size % len(page{})
		if at == 0 {
			p.list = append(p.list, pagePool.Get().(*page))
		}
		n := copy(p.list[len(p.list)-1][at:], b)
		p.size += n
		b = b[n:]
	}
}

// writeTo copies all that was written.
func (p *pages) writeTo(w io.Writer) error {
	for i, page := range p.list {
		if _, err := w.Write(page[:min(len(page), p.size-i*len(page))]); err != nil {
			return err
		}
	}
	return nil
}

// release makes p empty.
func (p *pages) release() {
	for i, page := range p.list {
		pagePool.Put(page)
		p.list[i] = nil
	}
	p.list, p.size = p.list[:0], 0
}
