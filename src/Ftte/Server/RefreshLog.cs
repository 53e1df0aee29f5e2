using Ftte.Serialization;

namespace Ftte;

/// <summary>Tracks the coordinates that have changed since each of the last N versions and since the version that training started from, which apps are shipped with.</summary>
/// <remarks>
/// Keeps for each version the union of all changes since. A publication adds its coordinates to each union. Because training mostly
/// changes the same selection, the unions are nearly always the same object, and a check-out is a look-up. A version is identified by its number and its
/// fingerprint, because other servers and earlier runs use the same numbers. Not thread-safe.
/// </remarks>
internal sealed class RefreshLog
{
    private readonly ParameterSelection _everything;
    private readonly ParameterSelection _nothing;
    private readonly ParameterSelection[] _lacking;
    private readonly ulong[] _fingerprints;
    private readonly ModelVersion _start;
    private readonly ulong _startFingerprint;
    private ParameterSelection _sinceStart;
    private ModelVersion _oldest;
    private ModelVersion _current;
    private ulong _currentFingerprint;

    public RefreshLog(ModelSnapshot start, int capacity)
    {
        _everything = ParameterSelection.Full(start.Layout);
        _nothing = ParameterSelection.Create(start.Layout.ParameterCount, []);
        _lacking = new ParameterSelection[capacity];
        _fingerprints = new ulong[capacity];
        _sinceStart = _nothing;
        _oldest = _current = _start = start.Version;
        _currentFingerprint = _startFingerprint = start.Fingerprint;
    }

    /// <summary>Returns the coordinates that a device with a held version lacks.</summary>
    /// <param name="held">The version in the request; null for none.</param>
    /// <param name="fingerprint">The fingerprint in the request for that version.</param>
    public ParameterSelection Since(ModelVersion? held, ulong fingerprint) => held switch
    {
        { } version when version == _current && fingerprint == _currentFingerprint => _nothing,
        { } version when version == _start && fingerprint == _startFingerprint => _sinceStart,
        { } version when version >= _oldest && version < _current && fingerprint == _fingerprints[Slot(version.Number)] => Lacking(version.Number),
        _ => _everything,
    };

    /// <param name="published">The version.</param>
    /// <param name="known">The coordinates in which it differs from the version before; null if unknown.</param>
    public void Publish(ModelSnapshot published, ParameterSelection? known)
    {
        long before = _current.Number;
        ulong fingerprintBefore = _currentFingerprint;
        (_current, _currentFingerprint) = (published.Version, published.Fingerprint);
        if (_current.Number != before + 1)
        {
            // The aggregator skipped a version or went back, so the changes in between are unknown.
            _oldest = _current;
            _sinceStart = _everything;
            return;
        }

        _oldest = new ModelVersion(Math.Max(_oldest.Number, _current.Number - _lacking.Length));
        ParameterSelection changed = known?.ParameterCount == _everything.ParameterCount ? known : _everything;
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
        _fingerprints[Slot(before)] = fingerprintBefore;
    }

    public void Save(StateWriter writer)
    {
        writer.Int64(_start.Number);
        writer.UInt64(_startFingerprint);
        writer.Selection(_sinceStart);
        writer.Int64(_current.Number);
        writer.UInt64(_currentFingerprint);
        writer.Int32((int)(_current.Number - _oldest.Number));
        ParameterSelection? before = null;
        for (long held = _oldest.Number; held < _current.Number; held++)
        {
            writer.UInt64(_fingerprints[Slot(held)]);
            bool isSame = ReferenceEquals(before, Lacking(held));
            writer.Flag(isSame);
            before = Lacking(held);
            if (!isSame)
            {
                writer.Selection(before);
            }
        }
    }

    /// <summary>Reads a saved log. Keeps only as many of the newest versions as the capacity allows.</summary>
    public static RefreshLog Load(ref StateReader reader, ModelSnapshot current, int capacity)
    {
        const int MinBytes = 9;
        int length = current.Layout.ParameterCount;
        var log = new RefreshLog(
            current, capacity, new ModelVersion(reader.Int64("version of the start")), reader.UInt64(), reader.Selection(length));
        long number = reader.Int64("current version");
        ulong fingerprint = reader.UInt64();
        if (number != current.Version.Number || fingerprint != current.Fingerprint)
        {
            throw new ArgumentException(
                $"The state was captured at version {number} with fingerprint {fingerprint:x16}, but the aggregator is at {current.Version} with fingerprint {current.Fingerprint:x16}. "
                + $"Restore the aggregator from {nameof(ServerState)}.{nameof(ServerState.Aggregator)}.",
                nameof(current));
        }

        int versions = reader.Count("number of versions", MinBytes);
        log._oldest = new ModelVersion(Math.Max(0, number - Math.Min(versions, capacity)));
        ParameterSelection? before = null;
        for (long held = number - versions; held < number; held++)
        {
            ulong known = reader.UInt64();
            before = reader.Flag("flag of a change") ? before : reader.Selection(length);
            if (held >= log._oldest.Number)
            {
                log._fingerprints[log.Slot(held)] = known;
                log.Lacking(held) = before ?? throw StateReader.Bad("flag of the first change", true);
            }
        }

        return log;
    }

    private RefreshLog(ModelSnapshot current, int capacity, ModelVersion start, ulong startFingerprint, ParameterSelection sinceStart)
        : this(current, capacity) => (_start, _startFingerprint, _sinceStart) = (start, startFingerprint, sinceStart);

    private static ParameterSelection Merge(ParameterSelection known, ParameterSelection added)
    {
        if (ReferenceEquals(known, added) || known.Count == 0)
        {
            return added;
        }

        ParameterSelection union = known.Union(added);
        return union.Equals(known) ? known : union;
    }

    private ref ParameterSelection Lacking(long held) => ref _lacking[Slot(held)];

    private int Slot(long version) => (int)(version % _lacking.Length);
}
