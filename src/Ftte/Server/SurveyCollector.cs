using Ftte.Selection;
using Ftte.State;

namespace Ftte;

/// <summary>Decides which devices are asked in an importance survey and collects their answers.</summary>
/// <remarks>
/// A device is asked once per survey, and its answer counts once. The state of a device is part of its <see cref="ClientRecord"/>, so that the
/// collector's memory does not grow with the number of devices. The first survey is open from the start. Not thread-safe.
/// </remarks>
internal sealed class SurveyCollector(ParameterLayout layout, int probes)
{
    private long _number;
    private ImportanceSurvey? _survey = new(layout);

    public void Save(StateWriter writer)
    {
        writer.Int64(_number);
        writer.Flag(IsOpen);
        _survey?.Save(writer);
    }

    public void Load(ref StateReader reader)
    {
        _number = reader.Int64("number of the survey");
        _survey = reader.Flag("flag of an open survey") ? new ImportanceSurvey(layout) : null;
        _survey?.Load(ref reader);
    }

    public bool IsOpen => _survey is not null;

    /// <summary>Gets a value that indicates whether the required number of devices have answered.</summary>
    public bool IsComplete => _survey is not null && _survey.Count >= probes;

    /// <summary>Discards the last survey and opens the next.</summary>
    public void Open()
    {
        _number++;
        _survey = new ImportanceSurvey(layout);
    }

    /// <summary>Closes the survey.</summary>
    /// <returns>The answers.</returns>
    public ImportanceSurvey Close()
    {
        ImportanceSurvey closed = _survey ?? throw new InvalidOperationException("No survey is open.");
        _survey = null;
        return closed;
    }

    /// <summary>Determines whether a device that asks for work is to measure instead of training.</summary>
    /// <param name="client">The record of the device.</param>
    /// <param name="canProbe">True if the device can measure.</param>
    /// <param name="measuring">The number of devices that are measuring. No more devices are asked than answers are missing; if a lease expires, another device is asked.</param>
    public bool ShouldAsk(ClientRecord client, bool canProbe, int measuring) =>
        _survey is not null && canProbe && _survey.Count + measuring < probes && client.AskedInSurvey != _number;

    /// <summary>Records that a device is asked, and the ID of its answer.</summary>
    public void Ask(ClientRecord client, UpdateId id) => (client.AskedInSurvey, client.SurveyId, client.HasAnsweredSurvey) = (_number, id, false);

    /// <summary>Adds an answer if it was requested and is valid.</summary>
    public UpdateOutcome Answer(ClientRecord client, in UpdateHeader header, ReadOnlySpan<float> values)
    {
        if (header.LayoutFingerprint != layout.Fingerprint)
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

        if (values.Length != layout.Blocks.Length)
        {
            return UpdateOutcome.LengthMismatch;
        }

        if (!_survey.TryAdd(values))
        {
            return UpdateOutcome.NotFinite;
        }

        client.HasAnsweredSurvey = true;
        return UpdateOutcome.Surveyed;
    }
}
