using System.Diagnostics.CodeAnalysis;
using Ftte.Serialization;

namespace Ftte.Selection;

/// <summary>Stores the selections that a server has announced: the current one, and earlier ones that updates in flight may refer to.</summary>
/// <remarks>
/// Shared by the server, which announces selections, and its aggregator, which looks them up. Only the newest <see cref="Capacity"/> selections are kept.
/// Safe for any number of threads.
/// </remarks>
public sealed class SelectionHistory
{
    private readonly Lock _lock = new();
    private readonly Queue<SelectionVersion> _order = new();
    private readonly Dictionary<SelectionVersion, ParameterSelection> _known = [];
    private volatile Announcement _current;

    /// <summary>Creates a history with a first selection, version 0.</summary>
    /// <param name="first">The selection to train first; not empty.</param>
    /// <param name="capacity">The maximum number of selections to keep, at least 1. Updates of older selections are rejected.</param>
    /// <exception cref="ArgumentException">The selection is empty.</exception>
    public SelectionHistory(ParameterSelection first, int capacity = 64)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        ParameterCount = first.ParameterCount;
        _current = Add(new SelectionVersion(0), first);
    }

    private SelectionHistory(int capacity, IReadOnlyList<(SelectionVersion Version, ParameterSelection Selection)> known)
    {
        Capacity = capacity;
        ParameterCount = known[0].Selection.ParameterCount;
        _current = Add(known[0].Version, known[0].Selection);
        foreach ((SelectionVersion version, ParameterSelection selection) in known.Skip(1))
        {
            _current = Add(version, selection);
        }
    }

    /// <summary>Gets the maximum number of selections to keep.</summary>
    public int Capacity { get; }

    /// <summary>Gets the length of the dense vector of all selections.</summary>
    public int ParameterCount { get; }

    /// <summary>Gets the current selection and its version, read together.</summary>
    public (SelectionVersion Version, ParameterSelection Selection) Current
    {
        get
        {
            Announcement current = _current;
            return (current.Version, current.Selection);
        }
    }

    /// <summary>Sets the current selection. Updates of older selections still count as long as the history keeps these.</summary>
    /// <param name="selection">The selection; not empty, for the same dense vector.</param>
    /// <returns>The version of the selection; the current one if it selects the same coordinates.</returns>
    /// <exception cref="ArgumentException">The selection is empty or for a vector of a different length.</exception>
    public SelectionVersion Announce(ParameterSelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        lock (_lock)
        {
            if (!selection.Equals(_current.Selection))
            {
                _current = Add(new SelectionVersion(_current.Version.Number + 1), selection);
            }

            return _current.Version;
        }
    }

    /// <summary>Sets the current selection to one that another history announced, perhaps with others in between that it does not keep any more.</summary>
    /// <param name="version">The version, later than the current one.</param>
    /// <param name="selection">The selection.</param>
    internal void Follow(SelectionVersion version, ParameterSelection selection)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(version.Number, _current.Version.Number, nameof(version));
            _current = Add(version, selection);
        }
    }

    /// <summary>Gets the selection with the specified version.</summary>
    /// <param name="version">The version.</param>
    /// <param name="selection">Receives the selection if the history contains it.</param>
    /// <returns>True if the history contains the version; otherwise false.</returns>
    public bool TryGet(SelectionVersion version, [NotNullWhen(true)] out ParameterSelection? selection)
    {
        // Nearly every update refers to the current selection.
        Announcement current = _current;
        if (version == current.Version)
        {
            selection = current.Selection;
            return true;
        }

        lock (_lock)
        {
            return _known.TryGetValue(version, out selection);
        }
    }

    internal void Save(StateWriter writer)
    {
        lock (_lock)
        {
            writer.Int32(Capacity);
            writer.Int32(_order.Count);
            foreach (SelectionVersion version in _order)
            {
                writer.Int32(version.Number);
                writer.Selection(_known[version]);
            }
        }
    }

    internal static SelectionHistory Load(ref StateReader reader, int parameterCount)
    {
        const int MinBytes = 8;
        int capacity = reader.Int32("capacity of the selection history", min: 1);
        var known = new List<(SelectionVersion, ParameterSelection)>();
        int count = reader.Count("number of selections", MinBytes);
        int before = -1;
        for (int i = 0; i < count; i++)
        {
            before = reader.Int32("number of a selection", min: before + 1);
            ParameterSelection selection = reader.Selection(parameterCount);
            known.Add((new SelectionVersion(before), selection.Count > 0 ? selection : throw StateReader.Bad("number of selected parameters", 0)));
        }

        return count > 0 && count <= capacity ? new SelectionHistory(capacity, known) : throw StateReader.Bad("number of selections", count);
    }

    /// <summary>Validates that a selection can be announced.</summary>
    /// <exception cref="ArgumentException">The selection is empty or for a vector of a different length.</exception>
    internal void CheckAllows(ParameterSelection selection)
    {
        if (selection.Count == 0)
        {
            throw new ArgumentException("The selection is empty. Select at least one parameter.", nameof(selection));
        }

        if (selection.ParameterCount != ParameterCount)
        {
            throw new ArgumentException($"The selection is for {selection.ParameterCount} parameters, but this history is for {ParameterCount}. Specify a selection of the same layout.", nameof(selection));
        }
    }

    private Announcement Add(SelectionVersion version, ParameterSelection selection)
    {
        CheckAllows(selection);
        if (_order.Count == Capacity)
        {
            _known.Remove(_order.Dequeue());
        }

        _order.Enqueue(version);
        _known.Add(version, selection);
        return new Announcement(version, selection);
    }

    private sealed record Announcement(SelectionVersion Version, ParameterSelection Selection);
}
