using Ftte.Aggregation;

namespace Ftte;

/// <summary>Assigns work: decides whether a device receives work, whether it trains or measures, and which coordinates it lacks.</summary>
/// <remarks>Thread-safe: takes the lock of <see cref="DispatchState"/>.</remarks>
/// <param name="state">The clients and their leases.</param>
/// <param name="terms">What a training assignment states and requires.</param>
/// <param name="registry">The known devices.</param>
/// <param name="survey">The importance survey; null if there are none.</param>
/// <param name="evaluation">The evaluation; null if there are none.</param>
/// <param name="options">The options of the server.</param>
internal sealed class AssignmentDispatcher(
    DispatchState state, AssignmentTerms terms, DeviceRegistry registry, SurveyCollector? survey, EvaluationCollector? evaluation, FederatedServerOptions options)
{
    public bool Admits(ClientId client) => client.Value.Length > 0 && (!options.RequireRegistration || registry.IsRegistered(client));

    /// <summary>Determines whether a client that can evaluate would be asked to evaluate now.</summary>
    public bool CanEvaluate(ClientId client)
    {
        lock (state.Lock)
        {
            return evaluation is not null && !(state.Leases.Count >= options.MaxConcurrency) && evaluation.ShouldAsk(state.Clients.Find(client));
        }
    }

    /// <summary>Creates the response to a request for work. Does not write to the buffer.</summary>
    /// <param name="device">The request.</param>
    /// <param name="parameterCount">The number of parameters that the device has room for.</param>
    /// <param name="model">Receives the version to copy from; null if no work is assigned.</param>
    public CheckOutResponse Assign(CheckOutRequest device, int parameterCount, out ModelSnapshot? model)
    {
        model = null;
        CheckOutResponse answer =
            !Admits(device.Client) ? new CheckOutResponse(CheckOutOutcome.UnknownClient)
            : device.LayoutFingerprint != state.Layout.Fingerprint ? new CheckOutResponse(CheckOutOutcome.LayoutMismatch)
            : AssignAdmitted(device, parameterCount, out model);
        state.CheckedOut(answer.Outcome);
        return answer;
    }

    /// <summary>Repeats a recorded assignment, unless the restored state includes it.</summary>
    /// <param name="id">The client.</param>
    /// <param name="memoryBudgetBytes">The memory that the client reported; null if the client never trains.</param>
    /// <param name="number">The number of the assignment.</param>
    /// <param name="issued">The assignment.</param>
    public void Replay(ClientId id, long? memoryBudgetBytes, ulong number, in IssuedAssignment issued)
    {
        Observe(id, memoryBudgetBytes);
        lock (state.Lock)
        {
            if (number < state.Leases.IssuedCount)
            {
                return;
            }

            ClientRecord client = state.Touch(id);
            client.NeverTrains = memoryBudgetBytes is null;
            state.Leases.Replay(client, ReplayWork(client, issued), number, issued);
            client.Add(issued);
        }
    }

    private CheckOutResponse AssignAdmitted(CheckOutRequest device, int parameterCount, out ModelSnapshot? model)
    {
        model = null;
        if (parameterCount != state.Layout.ParameterCount)
        {
            throw new ArgumentException($"The buffer has {parameterCount} values, but the model has {state.Layout.ParameterCount} parameters. Specify a buffer with one value per parameter.", nameof(parameterCount));
        }

        // Also if the device has too little memory, because the next selection may be chosen for it.
        long? memoryBudgetBytes = device.NeverTrains ? null : device.MemoryBudgetBytes;
        Observe(device.Client, memoryBudgetBytes);
        lock (state.Lock)
        {
            if (memoryBudgetBytes is { } budget && !terms.AllowsTraining(budget))
            {
                return new CheckOutResponse(CheckOutOutcome.NotEnoughMemory);
            }

            ClientRecord client = state.Touch(device.Client);
            client.NeverTrains = device.NeverTrains;
            LeaseKind kind = ChooseWork(device, client);
            if (kind == LeaseKind.Training)
            {
                ParticipationStatus participation = state.IsTrainingEnded ? ParticipationStatus.Ended : state.GetParticipation(device.Client);
                if (participation == ParticipationStatus.Ended)
                {
                    return new CheckOutResponse(CheckOutOutcome.TrainingEnded);
                }

                if (device.NeverTrains || participation == ParticipationStatus.AwaitsVersion)
                {
                    return new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: state.Pace.UntilNext);
                }

                if (state.HasEnoughAtWork)
                {
                    return new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: options.BusyRetryAfter);
                }
            }

            LeaseTable.Answer answer = state.Leases.TryIssue(client, kind, out UpdateId id);
            if (answer != LeaseTable.Answer.Granted)
            {
                TimeSpan wait = answer == LeaseTable.Answer.AwaitsNextVersion ? state.Pace.UntilNext : options.BusyRetryAfter;
                return new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: wait);
            }

            (UpdateContent content, model) = Begin(kind, client, id);
            TrainingAssignment assignment = Describe(device, id, model, content);
            var issued = new IssuedAssignment(id, assignment.Version, assignment.ModelFingerprint, assignment.SelectionVersion, assignment.Content);
            client.Add(issued);
            state.Journal?.Assigned(device.Client, memoryBudgetBytes, state.Leases.IssuedCount - 1, issued);
            return new CheckOutResponse(CheckOutOutcome.Assigned, assignment);
        }
    }

    /// <summary>Records the memory that an unregistered device reports; null if the device never trains.</summary>
    private void Observe(ClientId client, long? memoryBudgetBytes)
    {
        if (!options.RequireRegistration && memoryBudgetBytes is { } budget)
        {
            registry.Observe(client, budget);
        }
    }

    private LeaseKind ChooseWork(CheckOutRequest device, ClientRecord client) =>
        device.CanProbe && survey is not null && survey.ShouldAsk(client) ? LeaseKind.Importance
        : device.CanEvaluate && evaluation is not null && evaluation.ShouldAsk(client) ? LeaseKind.Evaluation
        : LeaseKind.Training;

    /// <summary>Records that a client was granted work.</summary>
    /// <returns>The content of the answer, and the version to work on.</returns>
    private (UpdateContent Content, ModelSnapshot Model) Begin(LeaseKind kind, ClientRecord client, UpdateId id)
    {
        switch (kind)
        {
            case LeaseKind.Importance:
                survey!.Ask(client, id);
                return (UpdateContent.Importance, state.Feed.Current);
            case LeaseKind.Evaluation:
                ModelSnapshot model = evaluation!.Model!;
                EvaluationCollector.Ask(client, id, model.Version);
                return (UpdateContent.Evaluation, model);
            default:
                return (options.Content, state.Feed.Current);
        }
    }

    /// <summary>Repeats a recorded request to measure.</summary>
    private LeaseKind ReplayWork(ClientRecord client, in IssuedAssignment issued)
    {
        switch (issued.Content)
        {
            case UpdateContent.Importance:
                survey?.Ask(client, issued.Id);
                return LeaseKind.Importance;
            case UpdateContent.Evaluation:
                EvaluationCollector.Ask(client, issued.Id, issued.BaseVersion);
                return LeaseKind.Evaluation;
            default:
                return LeaseKind.Training;
        }
    }

    private TrainingAssignment Describe(CheckOutRequest device, UpdateId id, ModelSnapshot model, UpdateContent content)
    {
        (SelectionVersion selectionVersion, ParameterSelection selection) = terms.Selection;
        return new TrainingAssignment(
            device.Client,
            id,
            state.Layout.Fingerprint,
            model.Version,
            selectionVersion,
            selection,
            FindLacking(device, model),
            content,
            options.LeaseDuration,
            model.Fingerprint)
        {
            StepScale = terms.StepScale,
        };
    }

    /// <summary>Returns the coordinates that a device lacks. If the version is not the current one, also those that have changed since that version, because the device may hold a later one.</summary>
    private ParameterSelection FindLacking(CheckOutRequest device, ModelSnapshot model)
    {
        ParameterSelection lacking = state.Refreshes.Since(device.HeldVersion, device.HeldFingerprint);
        if (model.Version == state.Feed.Current.Version)
        {
            return lacking;
        }

        return device.HeldVersion == model.Version && device.HeldFingerprint == model.Fingerprint
            ? ParameterSelection.Create(state.Layout.ParameterCount, [])
            : lacking.Union(state.Refreshes.Since(model.Version, model.Fingerprint));
    }
}
