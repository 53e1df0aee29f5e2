namespace Ftte;

/// <summary>Knows what a device lacks that holds one of the last N versions, or the one that training started from, which apps bring along.</summary>
/// <remarks>
/// Kept for each version held: the union of all that changed since. A publication adds its coordinates to every one of them; because training mostly
/// changes the same selection, they are nearly always one and the same object, and a check-out only looks up. Not thread-safe.
/// </remarks>
internal sealed class RefreshLog
{
    private readonly ParameterSelection _everything;
    private readonly ParameterSelection _nothing;
    private readonly ParameterSelection[] _lacking;
    private readonly ModelVersion _start;
    private ParameterSelection _sinceStart;
    private ModelVersion _oldest;
    private ModelVersion _current;

    public RefreshLog(ModelSnapshot start, int capacity)
    {
        _everything = ParameterSelection.Full(start.Layout);
        _nothing = ParameterSelection.Create(start.Layout.ParameterCount, []);
        _lacking = new ParameterSelection[capacity];
        _sinceStart = _nothing;
        _oldest = _current = _start = start.Version;
    }

    /// <summary>Gets the oldest version that can be brought up to date without sending everything.</summary>
    public ModelVersion Oldest => _oldest;

    /// <summary>Says what to send a device that holds a version, or none.</summary>
    public ParameterSelection Since(ModelVersion? held) => held switch
    {
        { } version when version == _current => _nothing,
        { } version when version == _start => _sinceStart,
        { } version when version >= _oldest && version < _current => Lacking(version.Number),
        _ => _everything,
    };

    public void Publish(ModelSnapshot published)
    {
        long before = _current.Number;
        _current = published.Version;
        if (_current.Number != before + 1)
        {
            // The aggregator skipped a version or went back: what changed in between is not known.
            _oldest = _current;
            _sinceStart = _everything;
            return;
        }

        _oldest = new ModelVersion(Math.Max(_oldest.Number, _current.Number - _lacking.Length));
        ParameterSelection changed = published.Changed is { } known && known.ParameterCount == _everything.ParameterCount ? known : _everything;
        if (before - 1 >= _oldest.Number && Lacking(before - 1).Equals(changed))
        {
            changed = Lacking(before - 1);
        }

        _sinceStart = Merge(_sinceStart, changed);
        ParameterSelection? old = null, merged = null;
        for (long held = before - 1; held >= _oldest.Number; held--)
        {
            ref ParameterSelection lacking = ref Lacking(held);
            if (!ReferenceEquals(lacking, old))
            {
                old = lacking;
                merged = Merge(old, changed);
            }

            lacking = merged!;
        }

        Lacking(before) = changed;
    }

    private static ParameterSelection Merge(ParameterSelection known, ParameterSelection added)
    {
        if (ReferenceEquals(known, added) || known.Count == 0)
        {
            return added;
        }

        ParameterSelection union = known.Union(added);
        return union.Equals(known) ? known : union;
    }

    private ref ParameterSelection Lacking(long held) => ref _lacking[(int)(held % _lacking.Length)];
}
