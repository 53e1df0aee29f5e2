using Xunit;

namespace Ftte.Testing;

/// <content>Check-outs.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>A first check-out brings the whole model and the selection to train.</summary>
    [Fact]
    public async Task A_first_check_out_brings_the_whole_model()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        await using FederatedServer running = server;
        float[] buffer = Untrained(SmallLayout.ParameterCount);

        CheckOutResponse answer = await link.CheckOutAsync(Device(), buffer);

        Assert.Equal(CheckOutOutcome.Assigned, answer.Outcome);
        Assert.True(answer.IsAssigned);
        Assert.True(answer.Assignment.Refreshed.IsFull);
        Assert.Equal(ParameterSelection.OfBlocks(SmallLayout, "trained", "head"), answer.Assignment.Selection);
        Assert.Equal(server.Current.Parameters.ToArray(), buffer);
    }

    /// <summary>Every field of an assignment arrives as it was given.</summary>
    [Fact]
    public async Task Every_field_of_an_assignment_arrives()
    {
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync();
        var given = new TrainingAssignment(
            Client,
            new UpdateId(ulong.MaxValue - 1),
            SmallLayout.Fingerprint,
            new ModelVersion(long.MaxValue - 2),
            new SelectionVersion(int.MaxValue - 3),
            ParameterSelection.OfBlocks(SmallLayout, "head"),
            ParameterSelection.Create(SmallLayout.ParameterCount, [new ParameterRange(1, 2), new ParameterRange(20, 1)]),
            UpdateContent.Trained,
            TimeSpan.FromSeconds(37.5),
            ModelFingerprint: ulong.MaxValue - 4);
        float[] model = Ramp(SmallLayout.ParameterCount);
        server.OnCheckOut = (_, parameters) =>
        {
            given.Refreshed.Copy(model, parameters.Span);
            return new CheckOutResponse(CheckOutOutcome.Assigned, given);
        };
        float[] buffer = Untrained(SmallLayout.ParameterCount);

        CheckOutResponse answer = await link.CheckOutAsync(Device(), buffer);

        Assert.Equal(new CheckOutResponse(CheckOutOutcome.Assigned, given), answer);
        for (int j = 0; j < buffer.Length; j++)
        {
            Assert.Equal(given.Refreshed.Contains(j) ? model[j] : Untouched, buffer[j]);
        }
    }

    /// <summary>Every field of a check-out request arrives as it was given.</summary>
    /// <param name="held">The held version; null for none.</param>
    /// <param name="memoryBudgetBytes">The memory budget, in bytes.</param>
    /// <param name="canProbe">Whether the device can measure importance.</param>
    [Theory]
    [InlineData(null, 0L, false)]
    [InlineData(0L, 1L, true)]
    [InlineData(long.MaxValue, long.MaxValue, false)]
    public async Task Every_field_of_a_check_out_request_arrives(long? held, long memoryBudgetBytes, bool canProbe)
    {
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync();
        var device = new CheckOutRequest(Client, memoryBudgetBytes, 0xFEDC_BA98_7654_3210, held is { } number ? new ModelVersion(number) : null, canProbe, held is null ? 0 : ulong.MaxValue - 5);

        await link.CheckOutAsync(device, new float[SmallLayout.ParameterCount]);

        Assert.Equal(device, Assert.Single(server.Devices));
    }

    /// <summary>A device that holds a version receives only the parameters that changed since, and the others are left alone.</summary>
    [Fact]
    public async Task A_second_check_out_brings_only_what_changed_and_leaves_the_rest()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        await using FederatedServer running = server;
        float[] buffer = new float[SmallLayout.ParameterCount];
        TrainingAssignment first = (await link.CheckOutAsync(Device(), buffer)).Assignment!;
        using (SparseUpdate update = SparseUpdate.Create(first.CreateHeader(1), Ramp(first.Selection.Count)))
        {
            Assert.Equal(UpdateOutcome.Published, (await link.SubmitAsync(update)).Outcome);
        }

        Array.Fill(buffer, Untouched);
        TrainingAssignment second = (await link.CheckOutAsync(Device(first.Version, first.ModelFingerprint), buffer)).Assignment!;

        Assert.Equal(new ModelVersion(1), second.Version);
        Assert.NotEqual(first.UpdateId, second.UpdateId);
        Assert.Equal(first.Selection, second.Refreshed);
        for (int j = 0; j < buffer.Length; j++)
        {
            Assert.Equal(second.Refreshed.Contains(j) ? server.Current.Parameters.Span[j] : Untouched, buffer[j]);
        }
    }

    /// <summary>A device that holds the current version receives no parameters.</summary>
    [Fact]
    public async Task A_check_out_of_the_version_held_brings_nothing()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        await using FederatedServer running = server;
        float[] buffer = Untrained(SmallLayout.ParameterCount);

        CheckOutResponse answer = await link.CheckOutAsync(Device(server.Current.Version, server.Current.Fingerprint), buffer);

        Assert.Equal(0, answer.Assignment!.Refreshed.Count);
        Assert.Equal(Untrained(SmallLayout.ParameterCount), buffer);
    }

    /// <summary>An answer without work arrives with its reason and its wait, and leaves the buffer alone.</summary>
    /// <param name="outcome">The reason.</param>
    /// <param name="milliseconds">The wait, in milliseconds; null for none.</param>
    [Theory]
    [InlineData(CheckOutOutcome.Busy, 1500)]
    [InlineData(CheckOutOutcome.Busy, 0)]
    [InlineData(CheckOutOutcome.NotEnoughMemory, null)]
    [InlineData(CheckOutOutcome.LayoutMismatch, null)]
    [InlineData(CheckOutOutcome.UnknownClient, null)]
    [InlineData(CheckOutOutcome.Stopped, null)]
    public async Task No_work_is_a_value_with_its_reason_and_time(CheckOutOutcome outcome, int? milliseconds)
    {
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync();
        var given = new CheckOutResponse(outcome, RetryAfter: milliseconds is { } wait ? TimeSpan.FromMilliseconds(wait) : null);
        server.OnCheckOut = (_, _) => given;
        float[] buffer = Untrained(SmallLayout.ParameterCount);

        CheckOutResponse answer = await link.CheckOutAsync(Device(), buffer);

        Assert.Equal(given, answer);
        Assert.False(answer.IsAssigned);
        Assert.Equal(Untrained(SmallLayout.ParameterCount), buffer);
    }

    /// <summary>The refusals of a real server arrive: another layout, too little memory, too many devices.</summary>
    [Fact]
    public async Task A_real_server_says_why_it_has_no_work()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync(new FederatedServerOptions { RequiredMemoryBytes = 1000, MaxConcurrency = 1 });
        await using FederatedServer running = server;
        float[] buffer = Untrained(SmallLayout.ParameterCount);

        Assert.Equal(CheckOutOutcome.LayoutMismatch, (await link.CheckOutAsync(Device() with { LayoutFingerprint = 1 }, buffer)).Outcome);
        Assert.Equal(CheckOutOutcome.NotEnoughMemory, (await link.CheckOutAsync(Device() with { MemoryBudgetBytes = 999 }, buffer)).Outcome);
        Assert.Equal(CheckOutOutcome.Assigned, (await link.CheckOutAsync(Device() with { Client = new ClientId("first") }, new float[buffer.Length])).Outcome);
        CheckOutResponse busy = await link.CheckOutAsync(Device(), buffer);

        Assert.Equal(new CheckOutResponse(CheckOutOutcome.Busy, RetryAfter: TimeSpan.FromSeconds(1)), busy);
        Assert.Equal(Untrained(SmallLayout.ParameterCount), buffer);
    }

    /// <summary>A buffer of the wrong length is misuse and throws <see cref="ArgumentException"/>.</summary>
    /// <param name="excess">The number of values by which the buffer is too long.</param>
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_buffer_of_the_wrong_length_throws_ArgumentException(int excess)
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        await using FederatedServer running = server;
        float[] buffer = Untrained(SmallLayout.ParameterCount + excess);

        await ThrowsAsync<ArgumentException>(async () => await link.CheckOutAsync(Device(), buffer), $"A check-out with a buffer of {buffer.Length} instead of {SmallLayout.ParameterCount} values");

        Assert.Equal(Untrained(buffer.Length), buffer);
        Assert.True((await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount])).IsAssigned);
    }
}
