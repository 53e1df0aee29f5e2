using System.Collections.Immutable;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Runs a cohort on the server: waits for the answers of a step, and continues without members that do not answer in time. Thread-safe.</summary>
internal sealed class CohortRun : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Cohort _cohort;
    private readonly TimeSpan _stepTimeout;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _shared = Create(), _masked = Create();
    private readonly TaskCompletionSource<CohortSum> _summed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="cohort">The cohort.</param>
    /// <param name="headers">The headers of the members' updates, in the order of their indices.</param>
    /// <param name="stepTimeout">The maximum duration of a step.</param>
    /// <param name="time">The clock.</param>
    public CohortRun(Cohort cohort, ImmutableArray<UpdateHeader> headers, TimeSpan stepTimeout, TimeProvider time)
    {
        (_cohort, Headers, _stepTimeout) = (cohort, headers, stepTimeout);
        _timer = time.CreateTimer(_ => OnTimeout(), null, stepTimeout, Timeout.InfiniteTimeSpan);
    }

    public Guid Id => _cohort.Description.Id;

    public CohortDescription Description => _cohort.Description;

    public ImmutableArray<UpdateHeader> Headers { get; }

    /// <summary>Gets the format of the masked updates.</summary>
    public MaskedUpdateFormat Format => _cohort.Format;

    /// <summary>Gets the step, and the number of members that answered it.</summary>
    public (CohortStep Step, int Answers) Progress
    {
        get
        {
            lock (_lock)
            {
                return (_cohort.Step, _cohort.AnswerCount);
            }
        }
    }

    /// <summary>Gets the sum, or the failure of the cohort.</summary>
    public Task<CohortSum> Sum => _summed.Task;

    /// <summary>Returns the index of a client.</summary>
    public int IndexOf(ClientId client)
    {
        for (int i = 0; i < Headers.Length; i++)
        {
            if (Headers[i].Client == client)
            {
                return i;
            }
        }

        throw new SecureAggregationException(CohortRefusal.UnknownCohort, $"The client {client} is no member of cohort {Id}. Announce the update again.");
    }

    /// <summary>Determines whether a member of the cohort made an announcement, so that a device that lost the answer gets it again.</summary>
    public bool IsAnnouncedBy(ReadyAnnouncement announcement)
    {
        CohortMember member = Description.Members[IndexOf(announcement.Header.Client)];
        return member.ShareKey.Span.SequenceEqual(announcement.ShareKey.Span) && member.MaskKey.Span.SequenceEqual(announcement.MaskKey.Span);
    }

    public async ValueTask<SharesForMember> ShareAsync(int member, EncryptedShares shares, CancellationToken cancellationToken)
    {
        Answer(() => _cohort.AddShares(member, shares));
        await _shared.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            return _cohort.GetShares(member);
        }
    }

    public async ValueTask<ImmutableArray<int>> SubmitMaskedAsync(int member, MaskedUpdate update, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // A device that lost the answer sends its update again; the others may have ended the cohort meanwhile.
            if (_cohort.Remaining.Contains(member))
            {
                return _cohort.Remaining;
            }

            Answer(() => _cohort.AddMasked(member, update));
        }

        await _masked.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _cohort.Remaining;
    }

    public async ValueTask<CohortSum> UnmaskAsync(int member, UnmaskingShares shares, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // The sum may be known before the last members answer.
            if (!_summed.Task.IsCompleted)
            {
                Answer(() => _cohort.AddUnmasking(member, shares));
            }
        }

        return await _summed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _timer.Dispose();

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Answer(Action answer)
    {
        lock (_lock)
        {
            if (_summed.Task.IsCompleted)
            {
                throw new SecureAggregationException(CohortRefusal.UnknownCohort, $"The cohort {Id} has ended. Announce the update again.");
            }

            try
            {
                answer();
            }
            finally
            {
                Continue(hasTimedOut: false);
            }
        }
    }

    private void OnTimeout()
    {
        lock (_lock)
        {
            Continue(hasTimedOut: true);
        }
    }

    private void Continue(bool hasTimedOut)
    {
        if (_cohort.Step == CohortStep.Unmasking && _cohort.TryComplete(out CohortSum? sum))
        {
            _timer.Dispose();
            _summed.TrySetResult(sum);
            return;
        }

        CohortStep before = _cohort.Step;
        if (before != CohortStep.Failed && (hasTimedOut || _cohort.IsStepComplete))
        {
            _cohort.EndStep();
            _timer.Change(_stepTimeout, Timeout.InfiniteTimeSpan);
        }

        switch (_cohort.Step)
        {
            case CohortStep.Failed:
                Fail(before);
                break;
            case CohortStep.Masking:
                _shared.TrySetResult();
                break;
            case CohortStep.Unmasking:
                _masked.TrySetResult();
                break;
        }
    }

    private void Fail(CohortStep step)
    {
        _timer.Dispose();
        CohortRefusal refusal = step == CohortStep.Unmasking && _cohort.IsUnmaskingSufficient ? CohortRefusal.WrongSecret : CohortRefusal.TooFewMembers;
        string reason = refusal == CohortRefusal.WrongSecret ? "a member sent wrong shares" : $"fewer than {Description.Threshold} of {Headers.Length} members remained";
        var failure = new SecureAggregationException(refusal, $"The cohort failed at step {step}: {reason}. Announce the update again.");
        _shared.TrySetException(failure);
        _masked.TrySetException(failure);
        _summed.TrySetException(failure);

        // Observed here, because nobody may be waiting.
        _ = (_shared.Task.Exception, _masked.Task.Exception, _summed.Task.Exception);
    }
}
