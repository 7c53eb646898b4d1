({
  // Of each link of a drawing: whether it can be seen and hit, and how far its shape reaches.
  marks() {
    const inside = [.03, .25, .5, .75, .97];
    const look = (link) => {
      const shapes = [...link.querySelectorAll('path, use')];
      const boxes = (shapes.length ? shapes : [...link.querySelectorAll('text')])
        .map((each) => each.getBoundingClientRect());
      const edge = (key, most) => most(...boxes.map((each) => each[key]));
      const [left, right] = [edge('left', Math.min), edge('right', Math.max)];
      const high = edge('bottom', Math.max) - edge('top', Math.min);
      return {
        name: link.textContent,
        seen: left >= 0 && right <= innerWidth,
        hit: boxes.some((each) => inside.some((x) => inside.some((y) => document.elementFromPoint(
          each.left + each.width * x, each.top + each.height * y)?.closest('a') === link))),
        reach: shapes.length ? Math.min(right - left, high) : 24,
      };
    };
    return [...document.querySelectorAll('.picture svg')]
      .filter((svg) => svg.getClientRects().length)
      .flatMap((svg) => {
        svg.scrollIntoView({ block: 'center', behavior: 'instant' });
        return [...svg.querySelectorAll('a')].map(look);
      });
  },

  // Of each picture that is shown: a corner of its paper, and of each mark the boxes of its shapes.
  shapes() {
    const place = (each) => {
      const box = each.getBoundingClientRect();
      return [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY];
    };
    return [...document.querySelectorAll('.picture svg')]
      .filter((svg) => svg.getClientRects().length)
      .map((svg) => [place(svg), [...svg.querySelectorAll('a')].map((link) => [link.textContent,
        [...link.querySelectorAll(':is(path[class], use)')].map(place)])]);
  },

  // Texts that are shown, with the elements about them.
  *texts() {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { parentElement: about, textContent: text } = walk.currentNode;
      if (text.trim() && about.getClientRects().length) yield [text, about];
    }
  },

  foreign() {
    return [...this.texts()].filter(([text, about]) => /[一-鿿]/.test(text)
      && !about.closest('title') && about.closest('[lang]').getAttribute('lang') !== 'zh')
      .map(([text]) => text);
  },

  small() {
    const points = (about) => parseFloat(getComputedStyle(about).fontSize) * .75
      * (about.closest('svg') ? about.getScreenCTM().a : 1);
    return [...this.texts()].filter(([, about]) => points(about) < 6.99)
      .map(([, about]) => [points(about), about.outerHTML.slice(0, 200)]);
  },

  // Headings that a page may leave alone at its end; or, with nothing below, may not end with.
  parted() {
    return [...document.querySelectorAll('h2, h3, .says')]
      .filter((each) => (getComputedStyle(each).breakAfter === 'avoid') !== !!each.nextElementSibling)
      .map((each) => each.textContent);
  },

  // How the chosen language, the other one and the target of a link look.
  chosen() {
    const look = (selector, key) => getComputedStyle(document.querySelector(selector))[key];
    const [chosen, other] = [':checked', '#_en'].map((each) => `label:has(${each})`);
    return [look(chosen, 'backgroundColor'), look(other, 'backgroundColor'),
      look('tr:target', 'outlineStyle')];
  },
})
