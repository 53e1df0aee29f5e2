namespace Ftte;

/// <summary>Recognizes the updates that answer issued assignments, and renews and ends the leases of these assignments.</summary>
/// <remarks>Thread-safe: takes the lock of <see cref="DispatchState"/>.</remarks>
internal sealed class IssuedAssignments(DispatchState state)
{
    /// <summary>Determines whether an update answers an assignment that was issued to its client. If so, records that the client was seen.</summary>
    public bool AreAnsweredBy(in UpdateHeader header)
    {
        lock (state.Lock)
        {
            if (state.Clients.Find(header.Client)?.IsAssigned(header) != true)
            {
                return false;
            }

            state.Clients.Touch(header.Client);
            return true;
        }
    }

    /// <summary>Ends the lease that an update answers if the receipt is final; otherwise adds the time to wait before a retry.</summary>
    public UpdateReceipt Settle(in UpdateHeader header, UpdateReceipt receipt)
    {
        lock (state.Lock)
        {
            state.Answered(receipt.Outcome);
            if (state.Clients.Find(header.Client) is not { } client || receipt.Outcome is UpdateOutcome.Busy or UpdateOutcome.Stopped)
            {
                return receipt;
            }

            if (receipt.AwaitsNextVersion || receipt.Outcome == UpdateOutcome.ClientQuota)
            {
                state.Leases.Wait(client);
            }

            if (receipt.Outcome == UpdateOutcome.ClientQuota)
            {
                return receipt with { RetryAfter = receipt.RetryAfter ?? state.Pace.UntilNext };
            }

            if (state.Leases.End(client, header.Id, receipt.IsAccepted) && !receipt.IsAccepted)
            {
                state.Journal?.Released(header.Client, header.Id);
            }

            return receipt;
        }
    }

    /// <summary>Ends the lease of an update after its aggregation failed. The update may be submitted again.</summary>
    public void Release(ClientId id, UpdateId update)
    {
        lock (state.Lock)
        {
            if (state.Clients.Find(id) is { } client && state.Leases.End(client, update, accepted: false))
            {
                state.Journal?.Released(id, update);
            }
        }
    }

    /// <summary>Renews the lease of an assignment.</summary>
    /// <returns>False if it has ended or must not be renewed.</returns>
    public bool Renew(ClientId id, UpdateId update)
    {
        lock (state.Lock)
        {
            if (state.Clients.Find(id) is not { } client || !state.Leases.TryRenew(client, update))
            {
                return false;
            }

            state.Clients.Touch(id);
            state.Journal?.Renewed(id, update, client.Lease!.Value.Renewals);
            return true;
        }
    }

    /// <summary>Repeats a recorded renewal, unless the restored state includes it.</summary>
    public void ReplayRenewal(ClientId id, UpdateId update, byte number)
    {
        lock (state.Lock)
        {
            if (state.Clients.Find(id)?.Lease?.Value.Renewals < number)
            {
                Renew(id, update);
            }
        }
    }
}
