// Draws the charts of a page, in the colours that the page has, and again when those change.
'use strict';
(() => {
    const root = document.documentElement;
    const places = [...document.querySelectorAll('[data-chart]')];
    const drawn = new Set();
    // Whether a name is shown, by section: a click in one legend counts for the charts beside it.
    const shown = new Map();

    function template() {
        const css = getComputedStyle(document.body);
        const colour = name => css.getPropertyValue(name).trim();
        const axis = {
            gridcolor: colour('--grid'), linecolor: colour('--line'), zerolinecolor: colour('--line'),
            tickcolor: colour('--line'), zerolinewidth: 1, automargin: true, title: {standoff: 8}
        };
        const contour = {
            colorscale: [[0, colour('--low')], [0.45, colour('--middle')], [1, colour('--high')]],
            line: {width: 0.7, color: colour('--contour')}
        };
        return {data: {contour: [contour]}, layout: {
            font: {family: css.getPropertyValue('font-family'), size: 12.5, color: colour('--text')},
            paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
            xaxis: axis, yaxis: axis, hovermode: 'closest',
            hoverlabel: {
                bgcolor: colour('--card'), bordercolor: colour('--muted'),
                font: {color: colour('--text'), size: 12.5}
            },
            legend: {bgcolor: 'rgba(0,0,0,0)', tracegroupgap: 0, font: {size: 12}},
            modebar: {bgcolor: 'rgba(0,0,0,0)', color: colour('--line'), activecolor: colour('--muted')},
            margin: {l: 56, r: 12, t: 12, b: 48}
        }};
    }

    function draw(place) {
        const chart = JSON.parse(document.getElementById('chart' + place.dataset.chart).textContent);
        const names = shown.get(place.closest('section'));
        if (names) {
            chart.data.forEach(trace => {
                if (names.has(trace.name)) {
                    trace.visible = names.get(trace.name);
                }
            });
        }
        chart.layout.template = template();
        if (place.clientWidth < 480 && chart.layout.showlegend && !chart.layout.legend) {
            chart.layout.legend = {orientation: 'h', y: -0.22};
        }
        const config = {
            responsive: true, displaylogo: false, displayModeBar: chart.layout.height >= 300 && undefined,
            modeBarButtonsToRemove: ['select2d', 'lasso2d', 'toggleSpikelines', 'hoverCompareCartesian',
                'hoverClosestCartesian', 'autoScale2d', 'sendDataToCloud']
        };
        Plotly.react(place, chart.data, chart.layout, config);
        if (!drawn.has(place)) {
            drawn.add(place);
            place.on('plotly_restyle', change => follow(place, change));
        }
    }

    /** Shows and hides in the section's other charts what was clicked in this one's legend. */
    function follow(place, [change, indices]) {
        if (!change.visible) {
            return;
        }
        const section = place.closest('section');
        const names = shown.get(section) || new Map();
        shown.set(section, names);
        const news = new Map();
        indices.forEach((index, i) => {
            const visible = change.visible[i % change.visible.length];
            const name = place.data[index].name;
            if (names.get(name) !== visible) {
                names.set(name, visible);
                news.set(name, visible);
            }
        });
        for (const other of drawn) {
            if (other === place || other.closest('section') !== section) {
                continue;
            }
            const changed = other.data.map((trace, i) => i)
                .filter(i => news.has(other.data[i].name) && other.data[i].visible !== news.get(other.data[i].name));
            if (changed.length > 0) {
                Plotly.restyle(other, {visible: changed.map(i => news.get(other.data[i].name))}, changed);
            }
        }
    }

    function redraw() {
        drawn.forEach(draw);
    }

    document.getElementById('mode').addEventListener('click', () => {
        const dark = root.dataset.mode ? root.dataset.mode === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
        root.dataset.mode = dark ? 'light' : 'dark';
        redraw();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

    // One after the other, so that the page can be read and scrolled meanwhile.
    const waiting = [...places];
    (function next() {
        if (waiting.length > 0) {
            draw(waiting.shift());
            setTimeout(next);
        }
    })();
})();
