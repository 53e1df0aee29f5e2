using System.Diagnostics.CodeAnalysis;
using Ftte.Selection;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Validates updates before they are aggregated, and tracks the accepted ones. For custom aggregators; <see cref="BufferedAggregator"/> uses it.</summary>
/// <remarks>
/// <para>An update is checked in this order: layout, content (importance and evaluations are rejected as too stale), duplicate, selection, length, finiteness, base
/// version, age, the client's share of the buffer. The first check that fails determines the receipt.</para>
/// <para>Called from one thread at a time. Memory: the IDs of the updates accepted within <c>maxAge</c> versions, but at least 20.</para>
/// </remarks>
public sealed class UpdateValidator
{
    internal const long MinRetainedVersions = 20;

    private readonly ParameterLayout _layout;
    private readonly SelectionHistory _selections;
    private readonly long _maxAge;
    private readonly int _maxUpdatesPerClient;
    private readonly AcceptedUpdates _accepted;

    /// <summary>The ranges of versions that were rolled back, each excluding its first and including its last version.</summary>
    private readonly List<(ModelVersion After, ModelVersion Through)> _rolledBack = [];

    /// <summary>Creates the validation for a model.</summary>
    /// <param name="layout">The layout of the model.</param>
    /// <param name="selections">The announced selections, shared with the server.</param>
    /// <param name="maxAge">The maximum age of an update, in versions.</param>
    /// <param name="maxUpdatesPerClient">The maximum number of updates of one client between two publications, at least 1.</param>
    /// <param name="expectedUpdates">The expected number of updates between two publications, for which memory is reserved.</param>
    public UpdateValidator(ParameterLayout layout, SelectionHistory selections, long maxAge = 20, int maxUpdatesPerClient = 1, int expectedUpdates = 10)
        : this(layout, selections, maxAge, maxUpdatesPerClient, expectedUpdates, Math.Max(maxAge, MinRetainedVersions))
    {
    }

    /// <summary>Creates the validation for a model, with the number of versions for which the IDs of accepted updates are kept; 0 keeps those of the current buffer only.</summary>
    internal UpdateValidator(ParameterLayout layout, SelectionHistory selections, long maxAge, int maxUpdatesPerClient, int expectedUpdates, long retainedVersions)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(selections);
        ArgumentOutOfRangeException.ThrowIfNegative(maxAge);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxUpdatesPerClient, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedUpdates);
        (_layout, _selections, _maxAge, _maxUpdatesPerClient) = (layout, selections, maxAge, maxUpdatesPerClient);
        _accepted = new AcceptedUpdates(expectedUpdates, retainedVersions);
    }

    /// <summary>Validates an update. Does not change the state; call <see cref="Accept"/> for that.</summary>
    /// <param name="update">The update, borrowed.</param>
    /// <param name="current">The current version.</param>
    /// <param name="selection">Receives the coordinates of the update's values.</param>
    /// <param name="rejection">Receives the receipt if a check failed.</param>
    /// <returns>True if the update passed all checks; otherwise false.</returns>
    public bool Check(SparseUpdate update, ModelVersion current, [NotNullWhen(true)] out ParameterSelection? selection, out UpdateReceipt rejection)
    {
        ArgumentNullException.ThrowIfNull(update);
        UpdateOutcome? fault = FindFault(update, current, out selection);
        bool awaitsNextVersion = fault is UpdateOutcome.ClientQuota || (fault is UpdateOutcome.Duplicate && HasReachedShare(update.Header.Client));
        rejection = fault is { } outcome ? new UpdateReceipt(outcome, current, AwaitsNextVersion: awaitsNextVersion) : default;
        return fault is null;
    }

    /// <summary>Records an update that will be aggregated, so that it counts once.</summary>
    /// <param name="header">The header of an update that passed <see cref="Check"/>.</param>
    public void Accept(in UpdateHeader header) => _accepted.Add(header);

    /// <summary>Determines whether a client has reached the maximum number of updates since the last publication.</summary>
    /// <param name="client">The client.</param>
    /// <returns>True if further updates of the client are rejected until the next publication; otherwise false.</returns>
    public bool HasReachedShare(ClientId client) => _accepted.CountInBuffer(client) >= _maxUpdatesPerClient;

    /// <summary>Ends a buffer that was published as a version.</summary>
    /// <param name="replaced">The version that was current while the buffer filled.</param>
    public void Publish(ModelVersion replaced) => _accepted.Publish(replaced);

    /// <summary>Ends a buffer that was discarded. Its updates may be sent again.</summary>
    public void Discard() => _accepted.Discard();

    /// <summary>Rejects from now on, as too stale, updates that were trained on versions that were rolled back.</summary>
    /// <param name="after">The version before the first one that was rolled back.</param>
    /// <param name="through">The last version that was rolled back.</param>
    public void RollBack(ModelVersion after, ModelVersion through)
    {
        _rolledBack.RemoveAll(u => through.Next - u.Through > _maxAge);
        _rolledBack.Add((after, through));
    }

    /// <summary>Gets the IDs of accepted updates.</summary>
    internal AcceptedUpdates Accepted => _accepted;

    internal void Save(StateWriter writer)
    {
        writer.Int32(_rolledBack.Count);
        foreach ((ModelVersion after, ModelVersion through) in _rolledBack)
        {
            writer.Int64(after.Number);
            writer.Int64(through.Number);
        }

        _accepted.Save(writer);
    }

    internal void Load(ref StateReader reader)
    {
        int rolledBack = reader.Count("number of version ranges rolled back", 2 * sizeof(long));
        for (int i = 0; i < rolledBack; i++)
        {
            var after = new ModelVersion(reader.Int64("version"));
            _rolledBack.Add((after, new ModelVersion(reader.Int64("version", after.Number + 1))));
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

        if (header.Content is UpdateContent.Importance or UpdateContent.Evaluation)
        {
            return UpdateOutcome.TooStale;
        }

        // Comes before all checks that can have another result in a second attempt, because an update that was accepted once stays accepted.
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

        return current - header.BaseVersion > _maxAge || WasRolledBack(header.BaseVersion) ? UpdateOutcome.TooStale
            : HasReachedShare(header.Client) ? UpdateOutcome.ClientQuota
            : null;
    }

    private bool WasRolledBack(ModelVersion version)
    {
        foreach ((ModelVersion after, ModelVersion through) in _rolledBack)
        {
            if (version > after && version <= through)
            {
                return true;
            }
        }

        return false;
    }
}
