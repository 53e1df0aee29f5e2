using System.Runtime.InteropServices;
using Xunit;

namespace Ftte.Testing;

/// <content>Submissions.</content>
public abstract partial class TransportConformanceSuite
{
    /// <summary>Gets every outcome that a receipt can have.</summary>
    public static TheoryData<UpdateOutcome> Outcomes { get; } = [.. Enum.GetValues<UpdateOutcome>().Where(o => o != UpdateOutcome.None)];

    private static UpdateHeader Header { get; } = new(
        Client,
        new UpdateId(0x8000_0000_0000_0001),
        SmallLayout.Fingerprint,
        new ModelVersion(long.MaxValue - 1),
        new SelectionVersion(int.MaxValue - 2),
        int.MaxValue,
        UpdateContent.Trained,
        ulong.MaxValue - 6);

    /// <summary>Every field and every bit of an update arrives, NaN and infinity included: the server rejects those.</summary>
    [Fact]
    public async Task An_update_arrives_with_every_field_and_every_bit()
    {
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync();
        float[] values = [1.5f, -0.0f, float.Epsilon, float.MaxValue, float.MinValue, 1 / 3f, float.NaN, float.NegativeInfinity, MathF.PI];
        using SparseUpdate update = SparseUpdate.Create(Header, values);

        await link.SubmitAsync(update);

        (UpdateHeader header, float[] arrived) = Assert.Single(server.Updates);
        Assert.Equal(Header, header);
        Assert.Equal(MemoryMarshal.Cast<float, int>(values).ToArray(), MemoryMarshal.Cast<float, int>(arrived).ToArray());
    }

    /// <summary>Acceptance and each reason of rejection arrive as a value, with version, weight and time.</summary>
    /// <param name="outcome">The outcome.</param>
    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task Every_outcome_arrives_as_a_value(UpdateOutcome outcome)
    {
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync();
        using SparseUpdate update = SparseUpdate.Create(Header, [1]);
        var withTime = new UpdateReceipt(outcome, new ModelVersion(123_456_789_012), 0.375, TimeSpan.FromMilliseconds(2500));
        var withoutTime = new UpdateReceipt(outcome, default, 0);

        server.OnSubmit = _ => withTime;
        Assert.Equal(withTime, await link.SubmitAsync(update));
        server.OnSubmit = _ => withoutTime;
        Assert.Equal(withoutTime, await link.SubmitAsync(update));
    }

    /// <summary>An update sent twice counts once.</summary>
    [Fact]
    public async Task An_update_sent_twice_counts_once()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        await using FederatedServer running = server;
        TrainingAssignment assignment = (await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount])).Assignment!;
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(3), Ramp(assignment.Selection.Count));

        Assert.Equal(UpdateOutcome.Published, (await link.SubmitAsync(update)).Outcome);
        Assert.Equal(UpdateOutcome.Duplicate, (await link.SubmitAsync(update)).Outcome);

        float[] expected = Ramp(SmallLayout.ParameterCount);
        assignment.Selection.AddScaled(Ramp(assignment.Selection.Count), 1, expected);
        Assert.Equal(expected, server.Current.Parameters.ToArray());
        Assert.Equal(new ModelVersion(1), server.Current.Version);
    }

    /// <summary>Faulty updates reach the server, and its reasons reach the device.</summary>
    [Fact]
    public async Task A_real_server_says_why_it_rejects_an_update()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        await using FederatedServer running = server;
        TrainingAssignment assignment = (await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount])).Assignment!;
        UpdateHeader header = assignment.CreateHeader(1);

        Assert.Equal(UpdateOutcome.NotAssigned, await Submit(header with { SelectionVersion = new SelectionVersion(9) }, Ramp(assignment.Selection.Count)));
        Assert.Equal(UpdateOutcome.LengthMismatch, await Submit(header, [1]));
        Assert.Equal(UpdateOutcome.NotFinite, await Submit(header, [.. Enumerable.Repeat(float.NaN, assignment.Selection.Count)]));
        Assert.Equal(UpdateOutcome.Published, await Submit(header, Ramp(assignment.Selection.Count)));

        async Task<UpdateOutcome> Submit(UpdateHeader sent, float[] values)
        {
            using SparseUpdate update = SparseUpdate.Create(sent, values);
            return (await link.SubmitAsync(update)).Outcome;
        }
    }

    /// <summary>An update is borrowed: after the receipt it belongs to the caller as before, who may submit it again or dispose it.</summary>
    [Fact]
    public async Task An_update_is_still_the_callers_after_the_receipt()
    {
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync();
        SparseUpdate update = SparseUpdate.Create(Header, [1, 2, 3]);

        await link.SubmitAsync(update);
        Assert.Equal([1, 2, 3], update.Values.ToArray());
        await link.SubmitAsync(update);
        update.Dispose();
        using SparseUpdate next = SparseUpdate.Create(Header, [4, 5]);
        await link.SubmitAsync(next);

        Assert.Equal([[1, 2, 3], [1, 2, 3], [4, 5]], server.Updates.Select(u => u.Values));
    }

    /// <summary>A million values arrive unchanged in each direction.</summary>
    [Fact]
    public async Task A_million_values_pass_each_way()
    {
        const int Count = 1_000_000;
        ParameterLayout layout = ParameterLayout.Create(("large", [Count]));
        (ScriptedServer server, IFederatedServer link) = await ScriptAsync(layout);
        float[] values = Ramp(Count);
        var all = ParameterSelection.Full(layout);
        server.OnCheckOut = (device, parameters) =>
        {
            values.CopyTo(parameters);
            return new CheckOutResponse(CheckOutOutcome.Assigned, new TrainingAssignment(
                device.Client, default, layout.Fingerprint, default, default, all, all, UpdateContent.Difference, TimeSpan.FromMinutes(1)));
        };
        float[] buffer = new float[Count];

        CheckOutResponse answer = await link.CheckOutAsync(Device(layout: layout), buffer);
        using SparseUpdate update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), buffer);
        UpdateReceipt receipt = await link.SubmitAsync(update);

        Assert.True(receipt.IsAccepted);
        Assert.True(values.AsSpan().SequenceEqual(buffer), "the model was changed on its way to the device");
        Assert.True(values.AsSpan().SequenceEqual(Assert.Single(server.Updates).Values), "the update was changed on its way to the server");
    }

    /// <summary>Devices that call at the same time get their own answers, and every update counts.</summary>
    [Fact]
    public async Task Several_devices_work_at_once()
    {
        const int Devices = 6, Rounds = 10;
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        await using FederatedServer running = server;

        UpdateId[][] ids = await Task.WhenAll(Enumerable.Range(0, Devices).Select(d => Task.Run(() => WorkAsync(new ClientId($"device-{d}")))));

        Assert.Equal(Devices * Rounds, ids.SelectMany(i => i).Distinct().Count());
        Assert.Equal(new ModelVersion(Devices * Rounds), server.Current.Version);
        float[] expected = Ramp(SmallLayout.ParameterCount);
        var selection = ParameterSelection.OfBlocks(SmallLayout, "trained", "head");
        selection.AddScaled(Ramp(selection.Count), Devices * Rounds, expected);
        Assert.Equal(expected, server.Current.Parameters.ToArray());

        async Task<UpdateId[]> WorkAsync(ClientId client)
        {
            float[] buffer = new float[SmallLayout.ParameterCount];
            var own = new UpdateId[Rounds];
            for (int round = 0; round < Rounds; round++)
            {
                TrainingAssignment assignment = (await link.CheckOutAsync(Device() with { Client = client }, buffer)).Assignment!;
                Assert.Equal(client, assignment.Client);
                own[round] = assignment.UpdateId;
                using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), Ramp(assignment.Selection.Count));
                Assert.Equal(UpdateOutcome.Published, (await link.SubmitAsync(update)).Outcome);
            }

            return own;
        }
    }

    /// <summary>A server that has stopped answers every call with that reason.</summary>
    [Fact]
    public async Task A_stopped_server_says_so()
    {
        (FederatedServer server, IFederatedServer link) = await ServeAsync();
        float[] buffer = Untrained(SmallLayout.ParameterCount);
        TrainingAssignment assignment = (await link.CheckOutAsync(Device(), new float[SmallLayout.ParameterCount])).Assignment!;
        using SparseUpdate update = SparseUpdate.Create(assignment.CreateHeader(1), Ramp(assignment.Selection.Count));

        await server.DisposeAsync();

        Assert.Equal(CheckOutOutcome.Stopped, (await link.CheckOutAsync(Device(), buffer)).Outcome);
        Assert.Equal(UpdateOutcome.Stopped, (await link.SubmitAsync(update)).Outcome);
        Assert.Equal(Untrained(SmallLayout.ParameterCount), buffer);
    }
}
