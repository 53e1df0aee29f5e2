using Ftte.Selection;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Decides which devices are asked in an importance survey and collects their answers.</summary>
/// <remarks>
/// A device is asked once per survey, and its answer counts once. The state of a device is part of its <see cref="ClientRecord"/>, so that the
/// collector's memory does not grow with the number of devices. The first survey is open from the start. Thread-safe: takes the lock of <see cref="DispatchState"/>, except in the
/// methods that say that the caller holds it.
/// </remarks>
internal sealed class SurveyCollector(DispatchState state, int probes)
{
    private long _number;
    private ImportanceSurvey? _survey = new(state.Layout);

    /// <summary>Discards the last survey and opens the next.</summary>
    /// <returns>True if a survey was opened; false if one is already open.</returns>
    public bool TryOpen()
    {
        lock (state.Lock)
        {
            if (_survey is not null)
            {
                return false;
            }

            _number++;
            _survey = new ImportanceSurvey(state.Layout);
            return true;
        }
    }

    /// <summary>Adds the importance values of a device.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="values">The importance of each block.</param>
    /// <param name="completes">Receives true if this was the last required answer.</param>
    public UpdateOutcome Answer(in UpdateHeader header, ReadOnlyMemory<float> values, out bool completes)
    {
        lock (state.Lock)
        {
            UpdateOutcome outcome = state.Clients.Find(header.Client) is { } client ? Add(client, header, values.Span) : UpdateOutcome.TooStale;
            state.Journal?.Accepted(header, values, outcome, state.Feed.Current);
            completes = outcome == UpdateOutcome.Surveyed && _survey!.Count >= probes;
            return outcome;
        }
    }

    /// <summary>Closes the survey.</summary>
    /// <returns>The survey with its answers. Later answers are rejected as too stale.</returns>
    public ImportanceSurvey Close()
    {
        lock (state.Lock)
        {
            ImportanceSurvey closed = _survey ?? throw new InvalidOperationException("No survey is open.");
            _survey = null;
            return closed;
        }
    }

    /// <summary>Changes to the survey of a cluster, which its publisher opens and closes.</summary>
    public void Follow(long number, bool isOpen)
    {
        lock (state.Lock)
        {
            if (!isOpen)
            {
                _survey = null;
            }
            else if (number != _number || _survey is null)
            {
                _survey = new ImportanceSurvey(state.Layout);
            }

            _number = number;
        }
    }

    /// <summary>Returns the outcome that an answer would have, without adding it.</summary>
    public UpdateOutcome Check(in UpdateHeader header, ReadOnlySpan<float> values)
    {
        lock (state.Lock)
        {
            return state.Clients.Find(header.Client) is { } client ? Check(client, header, values) : UpdateOutcome.TooStale;
        }
    }

    /// <summary>Restores that a client was asked in the current survey. The caller holds the lock.</summary>
    public void RestoreAsked(ClientRecord client, UpdateId id)
    {
        if (client.AskedInSurvey != _number)
        {
            Ask(client, id);
        }
    }

    /// <summary>Restores an answer to the current survey. The caller holds the lock.</summary>
    /// <param name="client">The client; null if there is no record of it.</param>
    /// <param name="id">The ID of the answer.</param>
    /// <param name="values">The importance of each block.</param>
    public void RestoreAnswer(ClientRecord? client, UpdateId id, ReadOnlySpan<float> values)
    {
        _survey?.TryAdd(values);
        if (client is not null)
        {
            (client.AskedInSurvey, client.SurveyId, client.HasAnsweredSurvey) = (_number, id, true);
        }
    }

    /// <summary>Determines whether a device that can measure and asks for work is to measure instead of training. The caller holds the lock.</summary>
    /// <remarks>No more devices are asked than answers are missing; if a lease expires, another device is asked.</remarks>
    public bool ShouldAsk(ClientRecord client) =>
        _survey is not null && _survey.Count + state.Leases.CountActive(LeaseKind.Importance) < probes && client.AskedInSurvey != _number;

    /// <summary>Records that a device is asked, and the ID of its answer. The caller holds the lock.</summary>
    public void Ask(ClientRecord client, UpdateId id) => (client.AskedInSurvey, client.SurveyId, client.HasAnsweredSurvey) = (_number, id, false);

    /// <summary>Writes the survey. The caller holds the lock.</summary>
    public void Save(StateWriter writer)
    {
        writer.Int64(_number);
        writer.Flag(_survey is not null);
        _survey?.Save(writer);
    }

    /// <summary>Reads a saved survey. The caller holds the lock.</summary>
    public void Load(ref StateReader reader)
    {
        _number = reader.Int64("number of the survey");
        _survey = reader.Flag("flag of an open survey") ? new ImportanceSurvey(state.Layout) : null;
        _survey?.Load(ref reader);
    }

    /// <summary>Adds an answer if it was requested and is valid.</summary>
    private UpdateOutcome Add(ClientRecord client, in UpdateHeader header, ReadOnlySpan<float> values)
    {
        UpdateOutcome outcome = Check(client, header, values);
        if (outcome == UpdateOutcome.Surveyed)
        {
            client.HasAnsweredSurvey = _survey!.TryAdd(values);
        }

        return outcome;
    }

    private UpdateOutcome Check(ClientRecord client, in UpdateHeader header, ReadOnlySpan<float> values)
    {
        if (header.LayoutFingerprint != state.Layout.Fingerprint)
        {
            return UpdateOutcome.LayoutMismatch;
        }

        if (client.AskedInSurvey != _number || client.SurveyId != header.Id)
        {
            return UpdateOutcome.TooStale;
        }

        if (client.HasAnsweredSurvey)
        {
            return UpdateOutcome.Duplicate;
        }

        if (_survey is null)
        {
            return UpdateOutcome.TooStale;
        }

        if (values.Length != state.Layout.Blocks.Length)
        {
            return UpdateOutcome.LengthMismatch;
        }

        return _survey.IsValid(values) ? UpdateOutcome.Surveyed : UpdateOutcome.NotFinite;
    }
}
