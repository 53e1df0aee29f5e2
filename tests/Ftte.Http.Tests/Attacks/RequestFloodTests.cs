using System.Net;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Devices and addresses that send too many requests.</summary>
public sealed class RequestFloodTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    private static CheckOutRequest Request(string client) => new(new ClientId(client), 1, SmallLayout.Fingerprint);

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_device_that_asks_too_often_is_slowed_down_and_others_are_not()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, identity => (identity.Limits.RequestsPerSecond, identity.Limits.Burst) = (1, 10));
        using DeviceIdentity fast = await _devices.EnrollAsync(coordinator, "fast"), slow = await _devices.EnrollAsync(coordinator, "slow");
        using HttpClient asFast = fast.CreateClient(), asSlow = slow.CreateClient();
        HttpFederatedServer proxy = coordinator.Connect(asFast, SmallLayout);
        var outcomes = new List<CheckOutResponse>();
        for (int i = 0; i < 20; i++)
        {
            outcomes.Add(await proxy.CheckOutAsync(Request("fast"), new float[17]));
        }

        Assert.Contains(outcomes, response => response.Outcome == CheckOutOutcome.Busy && response.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.True((await coordinator.Connect(asSlow, SmallLayout).CheckOutAsync(Request("slow"), new float[17])).IsAssigned);
    }

    [Fact]
    public async Task An_address_that_floods_the_enrollment_is_slowed_down_and_enrolled_devices_of_the_address_are_not()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, identity => (identity.Limits.RequestsPerSecond, identity.Limits.Burst) = (1, 10));
        using DeviceIdentity honest = await _devices.EnrollAsync(coordinator, "honest");
        using HttpClient flood = CreateClient(authority: honest.Authority), asHonest = honest.CreateClient();
        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage response = await SendAsync(flood, HttpMethod.Post, coordinator.At("enroll"), Content([], "application/pkcs10"));
            statuses.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], statuses.Distinct());
        Assert.InRange(statuses.Count(status => status == HttpStatusCode.Unauthorized), 1, 15);
        await HonestDevice.TrainAsync(coordinator.Connect(asHonest, SmallLayout), SmallLayout);
    }
}
