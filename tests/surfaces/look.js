// What is hard to read or touch on the page as it stands: text under 4.5:1 (3:1 when large), targets under 44 px,
// controls without a name, ids used twice, and whether the page is wider than the window.
() => {
  const numbers = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((part, index) => part * a + below[index] * (1 - a));
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = (color) => {
    const [r, g, b] = color.map((part) => { const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => { const [high, low] = [light(one), light(two)].sort((a, b) => b - a); return (high + 0.05) / (low + 0.05); };
  const hidden = (node) => !node.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true })
    || node.closest(".sr-only, .skip, [inert]") || (node.closest("details:not([open])") && !node.closest("summary"));
  const named = (node) => `${node.tagName.toLowerCase()}.${node.className} ${node.textContent.trim().slice(0, 30)}`;
  const shown = [...document.body.querySelectorAll("*")].filter((node) => !hidden(node) && !node.closest("svg"));

  const faint = shown
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()) && !node.disabled && !node.closest(":disabled"))
    .map((node) => {
      const style = getComputedStyle(node), size = parseFloat(style.fontSize), back = ground(node);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const found = ratio(over(numbers(style.color), back), back);
      return found < (large ? 3 : 4.5) ? `${named(node)}: ${found.toFixed(2)}` : "";
    })
    .filter(Boolean);

  const controls = shown.filter((node) => node.matches("a[href], button, input:not([type=hidden]), select, textarea, summary") && node.tabIndex >= 0);
  const small = controls
    .filter((node) => !node.closest(".alert"))
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.9 || box.width < 35.9)
    .map(([node, box]) => `${named(node)}: ${box.width} x ${box.height}`);
  const unnamed = controls
    .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length || node.title))
    .map(named);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return { faint, small, wide: document.documentElement.scrollWidth > innerWidth, unnamed, twice };
}
