using Ftte.Selection;

namespace Ftte;

/// <content>Assigns measurements: importance surveys and evaluations.</content>
internal sealed partial class AssignmentDispatcher
{
    /// <summary>Opens an importance survey.</summary>
    /// <returns>True if a survey was opened; false if one is already open.</returns>
    public bool TryOpenSurvey()
    {
        lock (_lock)
        {
            if (_survey!.IsOpen)
            {
                return false;
            }

            _survey.Open();
            return true;
        }
    }

    /// <summary>Adds the importance values of a device to the survey.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="values">The importance of each block.</param>
    /// <param name="completes">Receives true if this was the last required answer.</param>
    public UpdateOutcome Answer(in UpdateHeader header, ReadOnlyMemory<float> values, out bool completes)
    {
        lock (_lock)
        {
            completes = false;
            if (_survey is null)
            {
                return UpdateOutcome.TooStale;
            }

            UpdateOutcome outcome = _clients.Find(header.Client) is { } client ? _survey.Answer(client, header, values.Span) : UpdateOutcome.TooStale;
            _journal?.Accepted(header, values, outcome, _feed.Current);
            completes = outcome == UpdateOutcome.Surveyed && _survey.IsComplete;
            return outcome;
        }
    }

    /// <summary>Closes the importance survey.</summary>
    /// <returns>The survey with its answers. Later answers are rejected as too stale.</returns>
    public ImportanceSurvey CloseSurvey()
    {
        lock (_lock)
        {
            return _survey!.Close();
        }
    }

    /// <summary>Opens an evaluation of a version.</summary>
    public void OpenEvaluation(ModelSnapshot model)
    {
        lock (_lock)
        {
            _evaluation!.Open(model);
        }
    }

    /// <summary>Adds the metrics of a device to the evaluation.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="values">The value of each metric.</param>
    /// <param name="groupOf">Returns the group of a client.</param>
    /// <param name="completes">Receives true if this was the last requested answer.</param>
    public UpdateOutcome AnswerEvaluation(in UpdateHeader header, ReadOnlyMemory<float> values, Func<ClientId, string?>? groupOf, out bool completes)
    {
        lock (_lock)
        {
            EvaluationAnswer? answer = null;
            UpdateOutcome outcome = _clients.Find(header.Client) is { } client ? _evaluation!.Answer(client, header, values.Span, groupOf, out answer) : UpdateOutcome.TooStale;
            if (answer is not null)
            {
                _journal?.Evaluated(header, values, answer.Group);
            }

            completes = outcome == UpdateOutcome.Evaluated && _evaluation!.IsComplete;
            return outcome;
        }
    }

    /// <summary>Closes the evaluation.</summary>
    /// <returns>The version and its result; null if no evaluation was open. Later answers are rejected as too stale.</returns>
    public (ModelSnapshot Model, FederatedEvaluation Result)? CloseEvaluation()
    {
        lock (_lock)
        {
            return _evaluation!.Close();
        }
    }

    /// <summary>Determines whether a client that can evaluate would be asked to evaluate now.</summary>
    public bool CanEvaluate(ClientId client)
    {
        lock (_lock)
        {
            return _evaluation is not null && !(_leases.Count >= _options.MaxConcurrency) && _evaluation.ShouldAsk(_clients.Find(client), _leases.CountActive(LeaseKind.Evaluation));
        }
    }

    /// <summary>Assigns no more training from now on.</summary>
    public void EndTraining()
    {
        lock (_lock)
        {
            _isTrainingEnded = true;
        }
    }

    private LeaseKind ChooseWork(CheckOutRequest device, ClientRecord client) =>
        _survey is not null && _survey.ShouldAsk(client, device.CanProbe, _leases.CountActive(LeaseKind.Importance)) ? LeaseKind.Importance
        : device.CanEvaluate && _evaluation is not null && _evaluation.ShouldAsk(client, _leases.CountActive(LeaseKind.Evaluation)) ? LeaseKind.Evaluation
        : LeaseKind.Training;

    /// <summary>Records that a client was granted work.</summary>
    /// <returns>The content of the answer, and the version to work on.</returns>
    private (UpdateContent Content, ModelSnapshot Model) Begin(LeaseKind kind, ClientRecord client, UpdateId id, ModelSnapshot current)
    {
        switch (kind)
        {
            case LeaseKind.Importance:
                _survey!.Ask(client, id);
                return (UpdateContent.Importance, current);
            case LeaseKind.Evaluation:
                ModelSnapshot model = _evaluation!.Model!;
                EvaluationCollector.Ask(client, id, model.Version);
                return (UpdateContent.Evaluation, model);
            default:
                return (_options.Content, current);
        }
    }

    /// <summary>Returns the coordinates that a device lacks. If the version is not the current one, also those that have changed since that version, because the device may hold a later one.</summary>
    private ParameterSelection FindLacking(CheckOutRequest device, ModelSnapshot model)
    {
        ParameterSelection lacking = _refreshes.Since(device.HeldVersion, device.HeldFingerprint);
        if (model.Version == _feed.Current.Version)
        {
            return lacking;
        }

        return device.HeldVersion == model.Version && device.HeldFingerprint == model.Fingerprint
            ? ParameterSelection.Create(_layout.ParameterCount, [])
            : lacking.Union(_refreshes.Since(model.Version, model.Fingerprint));
    }
}
