using System.Buffers.Binary;
using System.Text.Json;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using TrainOnDevice.Planning;

namespace Ftte.Samples.Tests.TrainOnDevice;

public sealed class PlanTests : IDisposable
{
    private readonly CommandRun _run = new();

    public static TheoryData<string> Networks => [.. NetworkZoo.Names];

    public void Dispose() => _run.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Every_network_can_be_planned_and_drawn(string model)
    {
        Assert.Equal(0, await _run.InvokeAsync($"--model {model} --memory 2GiB --batch 4 --examples 8 --plan-only"));
        Assert.Equal("", _run.Error);
        Assert.Contains("Everything is trained", _run.Output, StringComparison.Ordinal);
        byte[] png = await File.ReadAllBytesAsync(_run.ChartFile);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal((1400, 800), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    [Theory]
    [InlineData("resnet8", "640KiB", "frozen")]
    [InlineData("dscnn", "300KiB", "frozen")]
    [InlineData("dscnn", "500KiB", "batch")]
    [InlineData("mlp", "1MiB", "frozen")]
    [InlineData("autoencoder", "1.5MiB", "batch")]
    public async Task Where_not_everything_fits_a_part_is_trained_within_the_budget(string model, string memory, string normalization)
    {
        Assert.Equal(0, await _run.InvokeAsync($"--model {model} --memory {memory} --normalization {normalization} --batch 2 --examples 2 --plan-only"));
        JsonElement json = _run.ReadJson(), plan = json.GetProperty("plan");
        Assert.InRange(plan.GetProperty("peakBytes").GetInt64(), 1, plan.GetProperty("budgetBytes").GetInt64());
        Assert.InRange(json.GetProperty("trainedParameters").GetInt32(), 1, json.GetProperty("trainableParameters").GetInt32() - 1);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("training").ValueKind);
        Assert.Contains("* ", _run.Output, StringComparison.Ordinal);
        Assert.Contains(plan.GetProperty("peakStep").GetString()!, _run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resnet8")]
    [InlineData("mlp")]
    [InlineData("mobilenetv2-0.35")]
    public void The_areas_of_the_chart_add_up_to_the_bytes_that_the_plan_states_for_each_step(string model)
    {
        Network network = NetworkZoo.Create(model, NormalizationKind.Batch);
        TrainingPlan plan = network.Plan(network.Trainable, new SgdOptions { BatchSize = 4, Momentum = 0.9f }, new EngineOptions { MicroBatchSize = 2 });
        var areas = MemoryAreas.Of(plan);
        Assert.Equal((2 * plan.Steps.Length) - plan.Cut, areas.Moments);
        for (int moment = 0; moment < areas.Moments; moment++)
        {
            int step = Math.Min(moment, (2 * plan.Steps.Length) - 1 - moment);
            long expected = moment < plan.Steps.Length ? plan.Steps[step].ForwardBytes : plan.Steps[step].BackwardBytes;
            Assert.True(expected == 0 || areas.Areas.Sum(area => area.BytesAt[moment]) == expected, $"moment {moment}");
        }

        Peak peak = Peak.Of(plan);
        Assert.Equal(peak.Bytes, areas.Areas.Sum(area => area.BytesAt[areas.MomentOf(peak)]));
        Assert.Equal(plan.PeakLiveBytes, peak.Bytes - plan.ParameterBytes - plan.TrainedBytes);
    }

    [Fact]
    public void A_table_of_a_large_network_leaves_out_what_neither_trains_nor_saves()
    {
        Network network = NetworkZoo.ResNet8(normalization: NormalizationKind.Batch);
        PlanRow[] rows = PlanRow.Of(network.Plan(ParameterSelection.OfBlocks(network.Layout, "fc.weight", "stage3.block1.bn2.bias"), batchSize: 2));
        Assert.Equal(["stage3.block1.bn2", "fc"], rows.Where(row => row.Trained.Length > 0).Select(row => row.Name));
        Assert.Equal(["bias", "weight"], rows.Where(row => row.Trained.Length > 0).Select(row => row.Trained));
        Assert.Equal("weight 50 %", PlanRow.Of(network.Plan(
            ParameterSelection.Create(network.Layout.ParameterCount, [new ParameterRange(network.Layout["fc.weight"].Range.Start, 320)]), batchSize: 2))[^2].Trained);
    }
}
