using Ftte.Selection;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Reads the selections of the updates in a state. Reuses the objects of the history for equal selections.</summary>
internal sealed class StateSelections(SelectionHistory history)
{
    private readonly List<ParameterSelection> _read = [];

    public static void Write(StateWriter writer, SelectionVersion version, ParameterSelection selection)
    {
        writer.Int32(version.Number);
        writer.Selection(selection);
    }

    public (SelectionVersion Version, ParameterSelection Selection) Read(ref StateReader reader)
    {
        var version = new SelectionVersion(reader.Int32("selection version"));
        ParameterSelection selection = reader.Selection(history.ParameterCount);
        if (selection.Count == 0)
        {
            throw StateReader.Bad("number of selected coordinates", selection.Count);
        }

        if (history.TryGet(version, out ParameterSelection? announced))
        {
            StateMismatch.Check($"selection {version}", selection, announced, "selections");
            return (version, announced);
        }

        ParameterSelection? same = _read.Find(selection.Equals);
        if (same is null)
        {
            _read.Add(selection);
        }

        return (version, same ?? selection);
    }
}
