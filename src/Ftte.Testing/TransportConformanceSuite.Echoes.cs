using Xunit;

namespace Ftte.Testing;

/// <content>Numbered calls, each with an answer of its own, so that a fact sees whether a call gets the answer of another.</content>
public abstract partial class TransportConformanceSuite
{
    private static CheckOutRequest NumberedDevice(int number) => Device() with { MemoryBudgetBytes = number };

    private static UpdateHeader NumberedHeader(int number) => Header with { Id = new UpdateId((ulong)number) };

    private static SparseUpdate NumberedUpdate(int number) => SparseUpdate.Create(NumberedHeader(number), [number]);

    private static CheckOutResponse Echo(CheckOutRequest device) =>
        new(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromMilliseconds(device.MemoryBudgetBytes));

    private static UpdateReceipt Echo(in UpdateHeader header) => new(UpdateOutcome.Buffered, new ModelVersion((long)header.Id.Value), 1);

    private async Task<(ScriptedServer Server, IFederatedServer Link)> EchoAsync(ParameterLayout? layout = null)
    {
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync(layout);
        server.OnCheckOut = (device, _) => Echo(device);
        server.OnSubmit = update => Echo(update.Header);
        return (server, link);
    }

    /// <summary>Checks that a check-out and a submission get the answers that belong to them.</summary>
    private async Task AssertEchoesAsync(IFederatedServer link, int number)
    {
        float[] buffer = Untrained(Layout.ParameterCount);
        Assert.Equal(Echo(NumberedDevice(number)), await link.CheckOutAsync(NumberedDevice(number), buffer));
        Assert.Equal(Untrained(buffer.Length), buffer);
        using SparseUpdate update = NumberedUpdate(number);
        Assert.Equal(Echo(update.Header), await link.SubmitAsync(update));
    }
}
