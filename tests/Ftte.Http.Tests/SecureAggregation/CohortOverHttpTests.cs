using Ftte.Privacy.Http;
using Ftte.Privacy.SecureAggregation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.SecureAggregation;

/// <summary>Cohorts over TLS sockets, with the identities of enrolled devices.</summary>
public sealed class CohortOverHttpTests : IAsyncLifetime, IDisposable
{
    private readonly DeviceFolder _devices = new();
    private readonly SecureFederation _federation = new();
    private readonly List<IDisposable> _owned = [];

    /// <summary>The cohort of the members that leave.</summary>
    private readonly TaskCompletionSource<CohortInvitation> _cohort = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _federation.DisposeAsync();

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _devices.Dispose();
    }

    /// <summary>Member 5 answers this number of steps and leaves. Only its masked update decides whether it is in the sum.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_cohort_with_a_member_that_leaves_at_any_step_has_the_bits_of_the_plain_sum(int answers)
    {
        await using TestCoordinator coordinator = await StartAsync();
        SparseUpdate[] updates = await TrainAsync(6);
        HttpCohortServer[] links = [.. await Task.WhenAll(updates.Select(update => EnrollAsync(coordinator, update)))];
        Task<UpdateReceipt>[] staying = [.. Enumerable.Range(0, 5).Select(i => Submit(links[i], updates[i]))];
        Task<UpdateReceipt?> leaving = AnswerAsync(links[5], updates[5], answers);
        if (answers < 2)
        {
            CohortInvitation invitation = await _cohort.Task;
            await UntilAsync(() => _federation.Secure.GetProgress(invitation.Cohort!.Id) == ((CohortStep)answers, 5));
            _federation.Time.Advance(SecureFederation.Options.StepTimeout);
        }

        UpdateReceipt[] receipts = await Task.WhenAll(staying);

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted, $"{receipt}"));
        Assert.Equal(answers == 3, (await leaving)?.IsAccepted == true);
        SparseUpdate[] contributed = answers >= 2 ? updates : updates[..5];
        Assert.Equal(await SecureFederation.ComputePlainModelAsync(contributed), _federation.Server.Current.Parameters.ToArray());
        Assert.Equal(new SecureAggregationTotals(1, 0, contributed.Length, contributed.Length), _federation.Secure.Totals);
    }

    [Fact]
    public async Task A_cohort_that_too_many_members_leave_fails_and_its_updates_go_into_the_next_one()
    {
        await using TestCoordinator coordinator = await StartAsync();
        SparseUpdate[] updates = await TrainAsync(9);
        HttpCohortServer[] links = [.. await Task.WhenAll(updates.Select(update => EnrollAsync(coordinator, update)))];
        Task<UpdateReceipt>[] staying = [.. Enumerable.Range(0, 3).Select(i => Submit(links[i], updates[i]))];
        await Task.WhenAll(Enumerable.Range(3, 3).Select(i => AnswerAsync(links[i], updates[i], answers: 0)));
        CohortInvitation failing = await _cohort.Task;
        await UntilAsync(() => _federation.Secure.GetProgress(failing.Cohort!.Id) == (CohortStep.Sharing, 3));
        _federation.Time.Advance(SecureFederation.Options.StepTimeout);
        foreach (Task<UpdateReceipt> task in staying)
        {
            Assert.Equal(CohortRefusal.TooFewMembers, (await Assert.ThrowsAsync<SecureAggregationException>(() => task)).Refusal);
        }

        int[] next = [0, 1, 2, 6, 7, 8];
        UpdateReceipt[] receipts = await Task.WhenAll(next.Select(i => Submit(links[i], updates[i])));

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted, $"{receipt}"));
        Assert.Equal(await SecureFederation.ComputePlainModelAsync([.. next.Select(i => updates[i])]), _federation.Server.Current.Parameters.ToArray());
    }

    [Fact]
    public async Task Calls_whose_answers_were_lost_are_repeated_and_count_once()
    {
        await using TestCoordinator coordinator = await StartAsync();
        SparseUpdate[] updates = await TrainAsync(6);
        HttpCohortServer[] links = [.. await Task.WhenAll(updates.Select(update => EnrollAsync(coordinator, update)))];
        DeviceIdentity identity = await _devices.EnrollAsync(coordinator, "unlucky");
        SparseUpdate unlucky = await _federation.TrainAsync("unlucky");
        var lost = new LostAnswers();
        HttpClient http = Own(CreateClient(authority: identity.Authority, certificate: Own(identity).Certificate, outer: lost));
        HttpCohortServer link = Own(new HttpCohortServer(http, coordinator.Address, new HttpFederatedServerOptions { TransferBackoff = TimeSpan.Zero }));

        UpdateReceipt[] receipts = await Task.WhenAll([.. Enumerable.Range(0, 5).Select(i => Submit(links[i], updates[i])), Submit(link, unlucky)]);

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted || receipt.Outcome == UpdateOutcome.Duplicate, $"{receipt}"));
        Assert.Equal(4, lost.Lost);
        Assert.Equal(await SecureFederation.ComputePlainModelAsync([.. updates[..5], unlucky]), _federation.Server.Current.Parameters.ToArray());
    }

    [Fact]
    public async Task A_device_loop_submits_through_cohorts_over_HTTP()
    {
        await using TestCoordinator coordinator = await StartAsync();
        ClientRound[] rounds = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            DeviceIdentity identity = Own(await _devices.EnrollAsync(coordinator, $"loop-{i}"));
            HttpClient http = Own(identity.CreateClient());
            HttpCohortServer cohorts = Own(new HttpCohortServer(http, coordinator.Address));
            var submitter = new SecureSubmitter(coordinator.Connect(http, SecureFederation.Layout), cohorts, cohorts, minContributors: 4);
            var client = new FederatedClient(submitter, new StepTrainer(SecureFederation.Layout), new FederatedClientOptions { ClientId = identity.Client, MemoryBudgetBytes = 1 << 20 });
            return await client.RunOnceAsync();
        }));

        Assert.All(rounds, round => Assert.True(round.IsAccepted, $"{round} {round.Error}"));
        Assert.Equal(1, _federation.Server.Current.Version.Number);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private Task<TestCoordinator> StartAsync() => StartWithIdentityAsync(
        _federation.Server, configure: builder => builder.Services.AddSingleton(_federation.Secure), map: app => app.MapFtteSecureAggregation(), layout: SecureFederation.Layout);

    private async Task<SparseUpdate[]> TrainAsync(int devices)
    {
        var updates = new SparseUpdate[devices];
        for (int i = 0; i < devices; i++)
        {
            updates[i] = Own(await _federation.TrainAsync($"device-{i}"));
        }

        return updates;
    }

    private async Task<HttpCohortServer> EnrollAsync(TestCoordinator coordinator, SparseUpdate update)
    {
        DeviceIdentity identity = Own(await _devices.EnrollAsync(coordinator, update.Header.Client.Value));
        return Own(new HttpCohortServer(Own(identity.CreateClient()), coordinator.Address));
    }

    private Task<UpdateReceipt> Submit(HttpCohortServer link, SparseUpdate update) => new SecureSubmitter(_federation.Server, link, link, minContributors: 4).SubmitAsync(update).AsTask();

    /// <summary>Answers some steps of a cohort, and leaves.</summary>
    /// <returns>The receipt of the last step; null before.</returns>
    private async Task<UpdateReceipt?> AnswerAsync(HttpCohortServer link, SparseUpdate update, int answers)
    {
        using var participant = new CohortParticipant(update.Header, SecureFederation.Length, minContributors: 4);
        ClientId client = update.Header.Client;
        CohortInvitation invitation = await link.AnnounceAsync(participant.Announcement);
        _cohort.TrySetResult(invitation);
        if (answers == 0)
        {
            return null;
        }

        Guid cohort = invitation.Cohort!.Id;
        SharesForMember shares = await link.ShareAsync(cohort, client, participant.Join(invitation.Cohort));
        if (answers == 1)
        {
            return null;
        }

        var members = await link.SubmitMaskedAsync(cohort, client, participant.Mask(shares, update.Values));
        return answers == 2 ? null : await link.UnmaskAsync(cohort, client, participant.Unmask(members));
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        lock (_owned)
        {
            _owned.Add(owned);
        }

        return owned;
    }
}
