namespace Ftte;

/// <summary>Who is asked in a survey, and what they answer.</summary>
/// <remarks>
/// A device is asked once a survey and its answer counts once, by the name that its assignment gave it; nobody else's counts at all. Names are kept until
/// the next survey opens, so that an answer sent again after the last one is still known. Open at first. Not thread-safe.
/// </remarks>
internal sealed class SurveyBook(ParameterLayout layout, int probes)
{
    private readonly Dictionary<ClientId, UpdateId> _asked = [];
    private readonly HashSet<ClientId> _answered = [];
    private ImportanceSurvey? _survey = new(layout);

    public bool IsOpen => _survey is not null;

    /// <summary>Gets whether as many devices have answered as were wanted.</summary>
    public bool IsComplete => _survey is not null && _survey.Count >= probes;

    /// <summary>Forgets the last survey and opens the next.</summary>
    public void Open()
    {
        _asked.Clear();
        _answered.Clear();
        _survey = new ImportanceSurvey(layout);
    }

    /// <summary>Asks nobody any more, and hands over what was answered.</summary>
    public ImportanceSurvey Close()
    {
        ImportanceSurvey closed = _survey ?? throw new InvalidOperationException("No survey is open.");
        _survey = null;
        return closed;
    }

    /// <summary>Says whether a device that asks for work is to measure instead of training.</summary>
    /// <param name="device">The device.</param>
    /// <param name="measuring">How many are at it: no more are asked than answers are missing, and another one when a lease expires.</param>
    public bool Wants(DeviceProfile device, int measuring) =>
        _survey is not null && device.CanProbe && _survey.Count + measuring < probes && !_asked.ContainsKey(device.Client);

    /// <summary>Notes that a device was asked, and what its answer will be named.</summary>
    public void Ask(ClientId client, UpdateId id) => _asked.Add(client, id);

    /// <summary>Takes an answer, if it was asked for and makes sense.</summary>
    public UpdateOutcome Answer(in UpdateHeader header, ReadOnlySpan<float> values)
    {
        if (header.LayoutFingerprint != layout.Fingerprint)
        {
            return UpdateOutcome.LayoutMismatch;
        }

        if (!_asked.TryGetValue(header.Client, out UpdateId asked) || asked != header.Id)
        {
            return UpdateOutcome.TooStale;
        }

        if (_answered.Contains(header.Client))
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

        _answered.Add(header.Client);
        return UpdateOutcome.Surveyed;
    }
}
