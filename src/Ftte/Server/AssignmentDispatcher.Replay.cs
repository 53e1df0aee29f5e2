namespace Ftte;

/// <content>Repeats the records of a store. A checkpoint may include some of them.</content>
internal sealed partial class AssignmentDispatcher
{
    /// <summary>Repeats a recorded assignment, unless the restored state includes it.</summary>
    /// <param name="id">The client.</param>
    /// <param name="memoryBudgetBytes">The memory that the client reported; null if the client never trains.</param>
    /// <param name="number">The number of the assignment.</param>
    /// <param name="issued">The assignment.</param>
    public void Replay(ClientId id, long? memoryBudgetBytes, ulong number, in IssuedAssignment issued)
    {
        if (!_options.RequireRegistration && memoryBudgetBytes is { } budget)
        {
            _registry.Observe(id, budget);
        }

        lock (_lock)
        {
            if (number < _leases.IssuedCount)
            {
                return;
            }

            ClientRecord client = Touch(id);
            client.NeverTrains = memoryBudgetBytes is null;
            _leases.Replay(client, ReplayWork(client, issued), number, issued);
            client.Add(issued);
        }
    }

    /// <summary>Repeats a recorded change of the selection, unless the restored state includes it.</summary>
    public void ReplaySelection(SelectionVersion version, ParameterSelection selection, long requiredMemoryBytes)
    {
        lock (_lock)
        {
            if (version.Number >= _selections.Current.Version.Number)
            {
                ChangeSelection(selection, requiredMemoryBytes);
            }
        }
    }

    /// <summary>Repeats a recorded renewal, unless the restored state includes it.</summary>
    public void ReplayRenewal(ClientId id, UpdateId update, byte number)
    {
        lock (_lock)
        {
            if (_clients.Find(id)?.Lease?.Value.Renewals < number)
            {
                Renew(id, update);
            }
        }
    }

    /// <summary>Repeats a recorded request to measure.</summary>
    private LeaseKind ReplayWork(ClientRecord client, in IssuedAssignment issued)
    {
        switch (issued.Content)
        {
            case UpdateContent.Importance:
                _survey?.Ask(client, issued.Id);
                return LeaseKind.Importance;
            case UpdateContent.Evaluation:
                EvaluationCollector.Ask(client, issued.Id, issued.BaseVersion);
                return LeaseKind.Evaluation;
            default:
                return LeaseKind.Training;
        }
    }
}
