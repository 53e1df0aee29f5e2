namespace Ftte.AspNetCore.Status;

/// <summary>Contains the style and the script of the status page. The page loads nothing else.</summary>
internal static class StatusAssets
{
    public const string Style = """

        :root { --text: #1b1f24; --soft: #57606a; --line: #d8dee4; --back: #ffffff; --card: #f6f8fa; --bar: #2563a8; --fault: #a40e26; --warning: #7a4e00; }
        @media (prefers-color-scheme: dark) {
          :root { --text: #e6edf3; --soft: #9aa4af; --line: #30363d; --back: #0d1117; --card: #161b22; --bar: #6cb0f5; --fault: #ff8c94; --warning: #e8b45a; }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem; max-width: 72rem; font: 16px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back); }
        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
        h1 { font-size: 1.4rem; margin: 0; }
        h2 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
        p { margin: .25rem 0; }
        #link, caption, dt, footer, thead { color: var(--soft); font-size: .875rem; }
        .fault { color: var(--fault); font-weight: 600; }
        .warning { color: var(--warning); }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .5rem; margin: 0; }
        .facts div { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; }
        dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
        .columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 0 2rem; }
        .scroll { overflow: auto; }
        .devices { max-height: 24rem; border-bottom: 1px solid var(--line); }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding-bottom: .25rem; }
        th, td { text-align: left; font-weight: normal; padding: .2rem .75rem .2rem 0; border-top: 1px solid var(--line); vertical-align: middle; }
        thead th, thead td { border-top: 0; }
        tbody th { overflow-wrap: break-word; max-width: 16rem; }
        .number { text-align: right; white-space: nowrap; }
        .counts td:last-child { width: 35%; padding-right: 0; }
        .bar { display: block; width: 100%; height: .6rem; fill: var(--bar); }
        .line { display: block; stroke: var(--bar); stroke-width: 2; fill: none; }
        @media (max-width: 30rem) {
          body { padding: .75rem; font-size: 15px; }
          th, td { padding-right: .5rem; }
          .line { width: 5rem; height: auto; }
        }

        """;

    /// <summary>Replaces the content while events arrive, and announces only changes of the connection and faults. The position in the list of devices is kept.</summary>
    public const string Script = """

        const main = document.getElementById('main'), link = document.getElementById('link');
        const source = new EventSource(main.dataset.events);
        const show = text => { if (link.textContent !== text) link.textContent = text; };
        source.onerror = () => show('Connection lost. The figures are not current.');
        source.onmessage = event => {
          const before = main.querySelector('.devices'), top = before ? before.scrollTop : 0, isFocused = before && before === document.activeElement;
          main.innerHTML = event.data;
          const after = main.querySelector('.devices');
          if (after) { after.scrollTop = top; if (isFocused) after.focus({ preventScroll: true }); }
          const fault = main.querySelector('.fault');
          show(fault ? 'Live. ' + fault.textContent : 'Live.');
        };

        """;
}
