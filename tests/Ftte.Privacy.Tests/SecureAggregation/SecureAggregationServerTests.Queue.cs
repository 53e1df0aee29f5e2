using Ftte.Privacy.SecureAggregation;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <content>Announcements and the queue.</content>
public sealed partial class SecureAggregationServerTests
{
    [Fact]
    public async Task Fewer_devices_form_a_smaller_cohort_when_they_have_waited_long_enough()
    {
        SparseUpdate[] updates = await TrainAsync(4);
        Task<UpdateReceipt>[] waiting = [.. updates.Select(update => _submitter.SubmitAsync(update).AsTask())];

        await UntilAsync(() => _secure.WaitingCount == 4);
        _time.Advance(Options().QueueTimeout);

        Assert.All(await Task.WhenAll(waiting), receipt => Assert.Equal(UpdateOutcome.Buffered, receipt.Outcome));
        Assert.Equal(1, _server.Current.Version.Number);
        Assert.Equal(new SecureAggregationTotals(1, 0, 4, 4), _secure.Totals);
    }

    [Fact]
    public async Task Too_few_devices_are_sent_away_when_they_have_waited_long_enough()
    {
        SparseUpdate[] updates = await TrainAsync(3);
        Task<UpdateReceipt>[] waiting = [.. updates.Select(update => _submitter.SubmitAsync(update).AsTask())];

        await UntilAsync(() => _secure.WaitingCount == 3);
        _time.Advance(Options().QueueTimeout);

        foreach (Task<UpdateReceipt> task in waiting)
        {
            await Assert.ThrowsAsync<SecureAggregationException>(() => task);
        }

        Assert.Equal(0, _secure.WaitingCount);
    }

    [Fact]
    public async Task Updates_that_would_be_rejected_enter_no_cohort()
    {
        SparseUpdate[] updates = await TrainAsync(2);
        using var foreign = SparseUpdate.Create(updates[0].Header with { Client = new ClientId("stranger") }, new float[Length]);
        using var future = SparseUpdate.Create(updates[0].Header with { LayoutFingerprint = 1 }, new float[Length]);

        Assert.Equal(UpdateOutcome.NotAssigned, (await _submitter.SubmitAsync(foreign)).Outcome);
        Assert.Equal(UpdateOutcome.LayoutMismatch, (await _submitter.SubmitAsync(future)).Outcome);
        using var participant = new CohortParticipant(updates[1].Header, Length, 4);
        ReadyAnnouncement invalid = participant.Announcement with { MaskKey = new byte[64] };
        Assert.Equal(CohortRefusal.InvalidKey, (await Assert.ThrowsAsync<SecureAggregationException>(async () => await _secure.AnnounceAsync(invalid))).Refusal);
    }

    [Fact]
    public async Task A_client_is_in_one_cohort_at_a_time_and_only_members_may_answer()
    {
        SparseUpdate[] updates = await TrainAsync(6);
        var participants = updates.Select(update => new CohortParticipant(update.Header, Length, 4)).ToArray();
        CohortInvitation[] invitations = await Task.WhenAll(participants.Select(participant => _secure.AnnounceAsync(participant.Announcement).AsTask()));
        Guid cohort = invitations[0].Cohort!.Id;

        UpdateReceipt busy = await _submitter.SubmitAsync(updates[0]);

        Assert.Equal(UpdateOutcome.Busy, busy.Outcome);
        Assert.Equal(Options().StepTimeout, busy.RetryAfter);
        await AssertUnknownAsync(() => _secure.ShareAsync(cohort, new ClientId("stranger"), participants[0].Join(invitations[0].Cohort!)).AsTask());
        await AssertUnknownAsync(() => _secure.ShareAsync(Guid.Empty, updates[0].Header.Client, participants[0].Join(invitations[0].Cohort!)).AsTask());
        Array.ForEach(participants, participant => participant.Dispose());

        static async Task AssertUnknownAsync(Func<Task> call) => Assert.Equal(CohortRefusal.UnknownCohort, (await Assert.ThrowsAsync<SecureAggregationException>(call)).Refusal);
    }

    [Fact]
    public async Task A_device_that_stops_waiting_leaves_the_queue()
    {
        SparseUpdate[] updates = await TrainAsync(7);
        using var stop = new CancellationTokenSource();
        Task<UpdateReceipt> left = _submitter.SubmitAsync(updates[6], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        UpdateReceipt[] receipts = await Task.WhenAll(updates[..6].Select(update => _submitter.SubmitAsync(update).AsTask()));

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted));
    }

    [Fact]
    public async Task A_device_that_announces_the_same_keys_again_keeps_its_place_and_gets_its_cohort_again()
    {
        SparseUpdate[] updates = await TrainAsync(6);
        CohortParticipant[] participants = [.. updates.Select(update => new CohortParticipant(update.Header, Length, 4))];
        using var stop = new CancellationTokenSource();
        Task<CohortInvitation> first = _secure.AnnounceAsync(participants[0].Announcement, stop.Token).AsTask();
        _time.Advance(TimeSpan.FromSeconds(1));
        Task<CohortInvitation>[] others = [.. participants[1..5].Select(participant => _secure.AnnounceAsync(participant.Announcement).AsTask())];
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _time.Advance(TimeSpan.FromSeconds(1));

        Task<CohortInvitation> again = _secure.AnnounceAsync(participants[0].Announcement).AsTask();
        CohortInvitation last = await _secure.AnnounceAsync(participants[5].Announcement);

        Assert.Equal(
            participants.Select(participant => Convert.ToHexString(participant.Announcement.MaskKey.Span)), last.Cohort!.Members.Select(member => Convert.ToHexString(member.MaskKey.Span)));
        Assert.Same(last.Cohort, (await again).Cohort);
        Assert.Same(last.Cohort, (await _secure.AnnounceAsync(participants[0].Announcement)).Cohort);
        await Task.WhenAll(others);
        Array.ForEach(participants, participant => participant.Dispose());
    }

    [Fact]
    public async Task A_place_in_the_queue_is_lost_after_the_longest_wait()
    {
        SparseUpdate[] updates = await TrainAsync(2);
        using var stop = new CancellationTokenSource();
        Task<UpdateReceipt> left = _submitter.SubmitAsync(updates[0], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        _time.Advance(Options().QueueTimeout);

        using var again = new CohortParticipant(updates[0].Header, Length, 4);
        _ = _secure.AnnounceAsync(again.Announcement).AsTask();
        _time.Advance(Options().QueueTimeout / 2);

        Assert.Equal(1, _secure.WaitingCount);
    }

    [Fact]
    public async Task Weights_follow_from_the_ages_when_the_cohort_is_formed()
    {
        SparseUpdate[] stale = await TrainAsync(1);
        SparseUpdate[] first = await TrainAsync(6);
        await Task.WhenAll(first.Select(update => _submitter.SubmitAsync(update).AsTask()));
        using var old = new CohortParticipant(stale[0].Header, Length, 4);
        Task<CohortInvitation> oldWaits = _secure.AnnounceAsync(old.Announcement).AsTask();
        foreach (SparseUpdate update in await TrainAsync(5))
        {
            using var fresh = new CohortParticipant(update.Header, Length, 4);
            _ = _secure.AnnounceAsync(fresh.Announcement).AsTask();
        }

        // 256 / sqrt(2).
        Assert.Equal([181, 256, 256, 256, 256, 256], (await oldWaits).Cohort!.Members.Select(member => member.Weight));
    }
}
