using Spectre.Console;

namespace Ftte.Samples.Shared;

/// <summary>Writes named facts in two columns, or each fact below its name if the terminal is narrow.</summary>
internal sealed class FactList
{
    private const int MinTextWidth = 36;
    private const string Indent = "  ";

    private readonly List<(string Name, string Text, string Style)> _facts = [];

    /// <summary>Adds a fact.</summary>
    /// <param name="name">The name, as plain text.</param>
    /// <param name="text">The fact, as plain text.</param>
    /// <param name="style">The style of the fact.</param>
    public void Add(string name, string text, string style = "default") => _facts.Add((name, text, style));

    /// <summary>Writes the facts.</summary>
    public void Write(IAnsiConsole console)
    {
        int column = _facts.Max(fact => fact.Name.Length) + Indent.Length, width = console.Profile.Width - column - 1;
        bool isNarrow = width < MinTextWidth;
        string margin = isNarrow ? Indent : new string(' ', column + 1);
        foreach ((string name, string text, string style) in _facts)
        {
            List<string> lines = TextLines.Wrap(text, isNarrow ? console.Profile.Width - Indent.Length : width);
            string title = $"[bold]{Markup.Escape(name)}[/]";
            if (isNarrow)
            {
                console.MarkupLine(title);
            }
            else
            {
                console.Markup($" {title}{new string(' ', column - name.Length)}");
            }

            for (int i = 0; i < lines.Count; i++)
            {
                console.MarkupLine($"{(i > 0 || isNarrow ? margin : "")}[{style}]{Markup.Escape(lines[i])}[/]");
            }
        }
    }
}
