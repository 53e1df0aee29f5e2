using System.Buffers;
using System.Net;
using Ftte.Privacy.Http;
using Ftte.Privacy.SecureAggregation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.SecureAggregation;

/// <summary>Enrolled devices that act for others, send what is not asked, or too much of it.</summary>
public sealed class HostileMemberTests : IAsyncLifetime, IDisposable
{
    private readonly DeviceFolder _devices = new();
    private readonly SecureFederation _federation = new();
    private TestCoordinator _coordinator = null!;
    private DeviceIdentity _attacker = null!;
    private HttpClient _asAttacker = null!;

    public async Task InitializeAsync()
    {
        _coordinator = await StartWithIdentityAsync(
            _federation.Server, configure: builder => builder.Services.AddSingleton(_federation.Secure), map: app => app.MapFtteSecureAggregation(), layout: SecureFederation.Layout);
        _attacker = await _devices.EnrollAsync(_coordinator, "attacker");
        _asAttacker = _attacker.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _coordinator.DisposeAsync();
        await _federation.DisposeAsync();
    }

    public void Dispose()
    {
        _asAttacker.Dispose();
        _attacker.Dispose();
        _devices.Dispose();
    }

    [Fact]
    public async Task Messages_that_name_another_client_are_refused()
    {
        using SparseUpdate update = await _federation.TrainAsync("victim");
        using var participant = new CohortParticipant(update.Header, SecureFederation.Length, minContributors: 4);
        byte[] announcement = Write(output => CohortMessages.Write(output, participant.Announcement));
        Uri cohort = _coordinator.At($"cohorts/{new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)}");

        Assert.Equal("foreign-client", await RejectAsync(_asAttacker, HttpStatusCode.Forbidden, HttpMethod.Post, _coordinator.At("cohorts"), Content(announcement)));
        Assert.Equal("foreign-client", await RejectAsync(_asAttacker, HttpStatusCode.Forbidden, HttpMethod.Post, new Uri($"{cohort}/shares?client=victim"), Content([])));
        Assert.Equal("foreign-client", await RejectAsync(_asAttacker, HttpStatusCode.Forbidden, HttpMethod.Put, new Uri($"{cohort}/update?client=victim"), Content([], "application/octet-stream")));
        Assert.Equal("foreign-client", await RejectAsync(_asAttacker, HttpStatusCode.Forbidden, HttpMethod.Post, new Uri($"{cohort}/unmasking?client=victim"), Content([])));
        using var proxy = new HttpCohortServer(_asAttacker, _coordinator.Address);
        Assert.Equal(UpdateOutcome.UnknownClient, (await proxy.AnnounceAsync(participant.Announcement)).Receipt?.Outcome);
        Assert.Equal(0, _federation.Secure.WaitingCount);
    }

    [Fact]
    public async Task Devices_without_a_certificate_are_refused()
    {
        using HttpClient stranger = CreateClient(authority: _attacker.Authority);

        Assert.Equal("not-authenticated", await RejectAsync(stranger, HttpStatusCode.Forbidden, HttpMethod.Post, _coordinator.At("cohorts"), Content([])));
    }

    [Fact]
    public async Task A_client_that_is_no_member_of_a_cohort_is_refused_before_its_update_is_read()
    {
        (CohortInvitation invitation, CohortParticipant[] members) = await FormAsync("a", "b", "c", "d", "e", "f");
        Array.ForEach(members, member => member.Dispose());
        Uri update = new($"{_coordinator.At($"cohorts/{invitation.Cohort!.Id}")}/update?client=attacker");

        // A member would be told that the body is too large.
        byte[] tooLarge = new byte[(SecureFederation.Length * 4) + 1];
        Assert.Equal("cohort-unknown", await RejectAsync(_asAttacker, HttpStatusCode.NotFound, HttpMethod.Put, update, Content(tooLarge, "application/octet-stream")));
        using var proxy = new HttpCohortServer(_asAttacker, _coordinator.Address);
        SecureAggregationException refused = await Assert.ThrowsAsync<SecureAggregationException>(
            () => proxy.SubmitMaskedAsync(invitation.Cohort.Id, _attacker.Client, MaskedUpdate.FromBytes(new byte[4], 1, 4)).AsTask());
        Assert.Equal(CohortRefusal.UnknownCohort, refused.Refusal);
    }

    [Fact]
    public async Task Messages_of_a_member_that_are_too_long_or_not_valid_are_refused_with_a_reason()
    {
        (CohortInvitation invitation, CohortParticipant[] members) = await FormAsync("attacker", "b", "c", "d", "e", "f");
        string cohort = $"{_coordinator.At($"cohorts/{invitation.Cohort!.Id}")}";
        Uri shares = new($"{cohort}/shares?client=attacker"), update = new($"{cohort}/update?client=attacker"), unmasking = new($"{cohort}/unmasking?client=attacker");
        const int Masked = SecureFederation.Length * 4;

        Assert.Equal("too-large", await RejectAsync(_asAttacker, HttpStatusCode.RequestEntityTooLarge, HttpMethod.Put, update, Content(new byte[Masked + 1], "application/octet-stream")));
        Assert.Equal("cohort-mismatch", await RejectAsync(_asAttacker, HttpStatusCode.BadRequest, HttpMethod.Put, update, Content(new byte[Masked - 1], "application/octet-stream")));
        Assert.Equal("media-type", await RejectAsync(_asAttacker, HttpStatusCode.UnsupportedMediaType, HttpMethod.Put, update, Content(new byte[Masked])));
        Assert.Equal("cohort-wrong-step", await RejectAsync(_asAttacker, HttpStatusCode.Conflict, HttpMethod.Put, update, Content(new byte[Masked], "application/octet-stream")));
        Assert.Equal("too-large", await RejectAsync(_asAttacker, HttpStatusCode.RequestEntityTooLarge, HttpMethod.Post, shares, Content(new byte[30_000])));
        Assert.Equal("message-kind", await RejectAsync(_asAttacker, HttpStatusCode.BadRequest, HttpMethod.Post, shares, Content([9, 9, 9])));
        Assert.Equal("message-version", await RejectAsync(_asAttacker, HttpStatusCode.BadRequest, HttpMethod.Post, shares, Content([3, 9])));
        byte[] tooFew = Write(output => CohortMessages.Write(output, new EncryptedShares(new byte[32], [new byte[80]])));
        Assert.Equal("cohort-invalid-shares", await RejectAsync(_asAttacker, HttpStatusCode.BadRequest, HttpMethod.Post, shares, Content(tooFew)));
        byte[] early = Write(output => CohortMessages.Write(output, new UnmaskingShares([])));
        Assert.Equal("cohort-wrong-step", await RejectAsync(_asAttacker, HttpStatusCode.Conflict, HttpMethod.Post, unmasking, Content(early)));
        Assert.Equal("too-large", await RejectAsync(_asAttacker, HttpStatusCode.RequestEntityTooLarge, HttpMethod.Post, _coordinator.At("cohorts"), Content(new byte[30_000])));
        Assert.Equal("bad-request", await RejectAsync(_asAttacker, HttpStatusCode.BadRequest, HttpMethod.Post, _coordinator.At("cohorts/7/shares?client=attacker"), Content([])));
        Assert.Equal("bad-request", await RejectAsync(_asAttacker, HttpStatusCode.BadRequest, HttpMethod.Post, new Uri($"{cohort}/shares"), Content([])));

        // The cohort was not harmed.
        Assert.Equal((CohortStep.Sharing, 0), _federation.Secure.GetProgress(invitation.Cohort.Id));
        Array.ForEach(members, member => member.Dispose());
    }

    [Fact]
    public async Task An_announcement_with_an_invalid_key_or_without_an_assignment_is_refused()
    {
        using SparseUpdate update = await _federation.TrainAsync("attacker");
        using var participant = new CohortParticipant(update.Header, SecureFederation.Length, minContributors: 4);
        byte[] invalid = Write(output => CohortMessages.Write(output, participant.Announcement with { MaskKey = new byte[64] }));
        using var proxy = new HttpCohortServer(_asAttacker, _coordinator.Address);

        Assert.Equal("cohort-invalid-key", await RejectAsync(_asAttacker, HttpStatusCode.BadRequest, HttpMethod.Post, _coordinator.At("cohorts"), Content(invalid)));
        CohortInvitation unassigned = await proxy.AnnounceAsync(participant.Announcement with { Header = update.Header with { Id = new UpdateId(1) } });
        Assert.Equal(UpdateOutcome.NotAssigned, unassigned.Receipt?.Outcome);
    }

    private static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Forms a cohort of devices that call the server in process.</summary>
    private async Task<(CohortInvitation Invitation, CohortParticipant[] Members)> FormAsync(params string[] clients)
    {
        var members = new List<CohortParticipant>();
        var waiting = new List<Task<CohortInvitation>>();
        foreach (string client in clients)
        {
            using SparseUpdate update = await _federation.TrainAsync(client);
            members.Add(new CohortParticipant(update.Header, SecureFederation.Length, minContributors: 4));
            waiting.Add(_federation.Secure.AnnounceAsync(members[^1].Announcement).AsTask());
        }

        return ((await Task.WhenAll(waiting))[0], [.. members]);
    }
}
