using System.Diagnostics.CodeAnalysis;
using Ftte.Selection;
using Ftte.State;

namespace Ftte.Aggregation;

/// <summary>Checks updates before they are aggregated, and remembers which were accepted. For aggregators of your own; <see cref="BufferedAggregator"/> uses it.</summary>
/// <remarks>
/// <para>An update is checked in this order: layout, content (importance is not a step: too stale), duplicate, selection, length, finiteness, base
/// version, age, the client's share of the buffer. The first check that fails determines the receipt.</para>
/// <para>Called from one thread at a time. Memory: the names of the updates accepted within <c>maxAge</c> versions, but at least 20.</para>
/// </remarks>
public sealed class UpdateAdmission
{
    private const long MinRememberedVersions = 20;

    private readonly ParameterLayout _layout;
    private readonly SelectionHistory _selections;
    private readonly long _maxAge;
    private readonly int _maxUpdatesPerClient;
    private readonly AcceptedUpdates _accepted;

    /// <summary>The versions that were undone, each exclusive its first and inclusive its last.</summary>
    private readonly List<(ModelVersion After, ModelVersion Through)> _undone = [];

    /// <summary>Creates the checks for a model.</summary>
    /// <param name="layout">The layout of the model.</param>
    /// <param name="selections">The announced selections, shared with the server.</param>
    /// <param name="maxAge">The maximum age of an update, in versions.</param>
    /// <param name="maxUpdatesPerClient">The maximum number of updates of one client between two publications, at least 1.</param>
    /// <param name="expectedUpdates">The expected number of updates between two publications, for which memory is reserved.</param>
    public UpdateAdmission(ParameterLayout layout, SelectionHistory selections, long maxAge = 20, int maxUpdatesPerClient = 1, int expectedUpdates = 10)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(selections);
        ArgumentOutOfRangeException.ThrowIfNegative(maxAge);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxUpdatesPerClient, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedUpdates);
        (_layout, _selections, _maxAge, _maxUpdatesPerClient) = (layout, selections, maxAge, maxUpdatesPerClient);
        _accepted = new AcceptedUpdates(expectedUpdates, Math.Max(maxAge, MinRememberedVersions));
    }

    /// <summary>Checks an update. Nothing is remembered of it until <see cref="Accept"/>.</summary>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="current">The current version.</param>
    /// <param name="selection">The coordinates of its values.</param>
    /// <param name="rejection">The receipt of an update that failed a check.</param>
    /// <returns>Whether the update passed all checks.</returns>
    public bool Check(SparseUpdate update, ModelVersion current, [NotNullWhen(true)] out ParameterSelection? selection, out UpdateReceipt rejection)
    {
        ArgumentNullException.ThrowIfNull(update);
        UpdateOutcome? fault = FindFault(update, current, out selection);
        bool awaitsNextVersion = fault is UpdateOutcome.ClientQuota || (fault is UpdateOutcome.Duplicate && HasReachedShare(update.Header.Client));
        rejection = fault is { } outcome ? new UpdateReceipt(outcome, current, AwaitsNextVersion: awaitsNextVersion) : default;
        return fault is null;
    }

    /// <summary>Remembers an update that will be aggregated, so that it counts once.</summary>
    /// <param name="header">The header of an update that passed <see cref="Check"/>.</param>
    public void Accept(in UpdateHeader header) => _accepted.Add(header);

    /// <summary>Determines whether a client has sent as many updates since the last publication as count.</summary>
    /// <param name="client">The client.</param>
    /// <returns>Whether further updates of the client are rejected until the next publication.</returns>
    public bool HasReachedShare(ClientId client) => _accepted.CountInBuffer(client) >= _maxUpdatesPerClient;

    /// <summary>Ends a buffer that became a version.</summary>
    /// <param name="replaced">The version that was current while the buffer filled.</param>
    public void Publish(ModelVersion replaced) => _accepted.Publish(replaced);

    /// <summary>Ends a buffer that was discarded. Its updates may be sent again.</summary>
    public void Discard() => _accepted.Discard();

    /// <summary>Makes updates that were trained on undone versions too stale.</summary>
    /// <param name="after">The version before the first undone version.</param>
    /// <param name="through">The last undone version.</param>
    public void RollBack(ModelVersion after, ModelVersion through)
    {
        _undone.RemoveAll(u => through.Next - u.Through > _maxAge);
        _undone.Add((after, through));
    }

    internal void Save(StateWriter writer)
    {
        writer.Int32(_undone.Count);
        foreach ((ModelVersion after, ModelVersion through) in _undone)
        {
            writer.Int64(after.Number);
            writer.Int64(through.Number);
        }

        _accepted.Save(writer);
    }

    internal void Load(ref StateReader reader)
    {
        int undone = reader.Count("number of versions undone", 2 * sizeof(long));
        for (int i = 0; i < undone; i++)
        {
            var after = new ModelVersion(reader.Int64("version"));
            _undone.Add((after, new ModelVersion(reader.Int64("version", after.Number + 1))));
        }

        _accepted.Load(ref reader);
    }

    private UpdateOutcome? FindFault(SparseUpdate update, ModelVersion current, out ParameterSelection? selection)
    {
        UpdateHeader header = update.Header;
        selection = null;
        if (header.LayoutFingerprint != _layout.Fingerprint)
        {
            return UpdateOutcome.LayoutMismatch;
        }

        if (header.Content == UpdateContent.Importance)
        {
            return UpdateOutcome.TooStale;
        }

        // First of all that may have changed since the update was sent before: what was accepted once stays accepted.
        if (_accepted.Contains(header))
        {
            return UpdateOutcome.Duplicate;
        }

        if (!_selections.TryGet(header.SelectionVersion, out selection))
        {
            return UpdateOutcome.UnknownSelection;
        }

        if (update.Values.Length != selection.Count)
        {
            return UpdateOutcome.LengthMismatch;
        }

        if (!update.Moments.IsFinite)
        {
            return UpdateOutcome.NotFinite;
        }

        if (header.BaseVersion.Number < 0 || header.BaseVersion > current)
        {
            return UpdateOutcome.FutureVersion;
        }

        return current - header.BaseVersion > _maxAge || WasUndone(header.BaseVersion) ? UpdateOutcome.TooStale
            : HasReachedShare(header.Client) ? UpdateOutcome.ClientQuota
            : null;
    }

    private bool WasUndone(ModelVersion version)
    {
        foreach ((ModelVersion after, ModelVersion through) in _undone)
        {
            if (version > after && version <= through)
            {
                return true;
            }
        }

        return false;
    }
}
