using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>A device that names another one.</summary>
public sealed class ForeignClientTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    private static CheckOutRequest Request(string client) => new(new ClientId(client), 1, SmallLayout.Fingerprint);

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_message_that_names_another_client_is_rejected()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity a = await _devices.EnrollAsync(coordinator, "a"), b = await _devices.EnrollAsync(coordinator, "b");
        using HttpClient asA = a.CreateClient(), asB = b.CreateClient();
        CheckOutResponse work = await coordinator.Connect(asA, SmallLayout).CheckOutAsync(Request("a"), new float[17]);
        using SparseUpdate update = SparseUpdate.Create(work.Assignment!.CreateHeader(1), new float[17]);
        HttpFederatedServer proxy = coordinator.Connect(asB, SmallLayout);

        Assert.Equal(CheckOutOutcome.UnknownClient, (await proxy.CheckOutAsync(Request("a"), new float[17])).Outcome);
        Assert.Equal(UpdateOutcome.UnknownClient, (await proxy.SubmitAsync(update)).Outcome);

        Assert.Equal(new ModelVersion(0), server.Current.Version);
        Assert.True((await coordinator.Connect(asA, SmallLayout).SubmitAsync(update)).IsAccepted);
    }
}
