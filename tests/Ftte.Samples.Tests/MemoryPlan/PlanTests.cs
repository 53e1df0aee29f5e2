using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using Ftte.Samples.Shared;
using Ftte.Selection;
using Ftte.TinyEngine;
using MemoryPlan;
using MemoryPlan.Planning;
using MemoryPlan.Report;

namespace Ftte.Samples.Tests.MemoryPlan;

public sealed class PlanTests : IDisposable
{
    private readonly PlanRun _run = new();

    public static TheoryData<string> Networks => [.. NetworkZoo.Names];

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_run_shows_the_plan_and_writes_both_charts_and_the_facts()
    {
        Assert.Equal(0, await _run.InvokeAsync("--model digits --budget 160KiB --selector greedy"));
        Assert.Equal("", _run.Error);
        Assert.Contains("verified: every figure of the certificate was recomputed", _run.Output, StringComparison.Ordinal);
        Assert.Contains("greedy gives no bound on other selections", _run.Output, StringComparison.Ordinal);
        Assert.Contains("fc ", _run.Output, StringComparison.Ordinal);
        Assert.Equal((PlanChart.Width, PlanChart.Height), await SizeOfPng(_run.ChartFile));
        Assert.Equal((FrontierChart.Width, FrontierChart.Height), await SizeOfPng(_run.FrontierFile));
        Assert.True(_run.ReadJson().GetProperty("verified").GetBoolean());
    }

    [Theory]
    [InlineData("digits", "160KiB", "--payload 8KiB --compute 1M")]
    [InlineData("resnet8", "768KiB", "--micro 1")]
    [InlineData("dscnn", "700KiB", "--micro 2 --importance magnitude --frozen int8")]
    public async Task The_facts_agree_with_the_certificate_and_the_budgets(string model, string budget, string more)
    {
        Assert.Equal(0, await _run.InvokeAsync($"--model {model} --budget {budget} --selector greedy {more}"));
        JsonElement json = _run.ReadJson(), budgets = json.GetProperty("budgets"), certificate = json.GetProperty("certificate");
        JsonElement[] steps = [.. json.GetProperty("steps").EnumerateArray()], layers = [.. json.GetProperty("layers").EnumerateArray()];

        long peak = certificate.GetProperty("peakBytes").GetInt64();
        Assert.Equal(budgets.GetProperty("chosenWithBytes").GetInt64(), peak + certificate.GetProperty("memorySlackBytes").GetInt64());
        Assert.InRange(json.GetProperty("planPeakBytes").GetInt64(), 1, budgets.GetProperty("memoryBytes").GetInt64());
        JsonElement binding = steps.First(step => step.GetProperty("name").GetString() == certificate.GetProperty("bindingStep").GetString());
        Assert.Equal(peak, binding.GetProperty($"{certificate.GetProperty("bindingPass").GetString()}Bytes").GetInt64());
        Assert.Equal(peak, steps.Max(step => Math.Max(step.GetProperty("forwardBytes").GetInt64(), step.GetProperty("backwardBytes").GetInt64())));

        int trained = json.GetProperty("trainedParameters").GetInt32();
        Assert.Equal(4 * trained, certificate.GetProperty("payloadBytes").GetInt64());
        Assert.Equal(trained, layers.Sum(layer => layer.GetProperty("trainedParameters").GetInt32()));
        Assert.Equal(json.GetProperty("trainableParameters").GetInt32(), layers.Sum(layer => layer.GetProperty("parameters").GetInt32()));
        Assert.Equal(certificate.GetProperty("objectiveShare").GetDouble(), layers.Sum(layer => layer.GetProperty("trainedImportanceShare").GetDouble()), 1e-9);
        Assert.Equal(1, layers.Sum(layer => layer.GetProperty("importanceShare").GetDouble()), 1e-9);
        if (budgets.GetProperty("payloadBytes").ValueKind == JsonValueKind.Number)
        {
            Assert.Equal(
                budgets.GetProperty("payloadBytes").GetInt64(), certificate.GetProperty("payloadBytes").GetInt64() + certificate.GetProperty("payloadSlackBytes").GetInt64());
            Assert.Equal(
                budgets.GetProperty("multiplyAdds").GetInt64(), certificate.GetProperty("multiplyAdds").GetInt64() + certificate.GetProperty("computeSlack").GetInt64());
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task Every_network_can_be_planned_and_drawn(string model)
    {
        string[] arguments = ["--model", model, "--budget", "2GiB", "--batch", "2", "--shares", "1", "--selector", "greedy", "--chart", _run.ChartFile, "--json", _run.JsonFile];
        Assert.Equal(0, await _run.InvokeAsync(arguments, _run.Run));
        JsonElement json = _run.ReadJson();
        Assert.Equal(1, json.GetProperty("trainedShare").GetDouble());
        Assert.Equal(1, json.GetProperty("certificate").GetProperty("objectiveShare").GetDouble(), 1e-9);
        Assert.Equal((PlanChart.Width, PlanChart.Height), await SizeOfPng(_run.ChartFile));
    }

    [Theory]
    [InlineData("resnet8", 1, 800)]
    [InlineData("mobilenetv2-0.35", 4, 2048)]
    [InlineData("mlp", 20, 1200)]
    public void The_areas_of_the_chart_add_up_to_the_certificates_timeline(string model, int micro, int kibibytes)
    {
        using var problem = PlanningProblem.Of(new PlanOptions { Model = model, BudgetBytes = 1024L * kibibytes, Micro = micro, Selector = "greedy", Shares = [1] });
        var plan = DevicePlan.Find(problem, Selectors.Create("greedy", 1));
        MemoryAreas areas = TimelineAreas.Of(plan);
        MemoryTimeline timeline = plan.Certificate.Timeline;
        int steps = timeline.Forward.Length;
        Assert.Equal((2 * steps) - timeline.Cut, areas.Moments);
        for (int moment = 0; moment < areas.Moments; moment++)
        {
            long expected = moment < steps ? timeline.Forward[moment] : timeline.Backward[(2 * steps) - 1 - moment];
            Assert.Equal(expected, areas.Areas.Sum(area => area.BytesAt[moment]));
            Assert.All(areas.Areas, area => Assert.True(area.BytesAt[moment] >= 0, $"{area.Name} at {moment}"));
        }

        Assert.Equal(timeline.PeakBytes, areas.Areas.Sum(area => area.BytesAt[areas.MomentOf(plan.Binding)]));
    }

    [Theory]
    [InlineData("resnet8", 19, "stage1.block1.bn1")]
    [InlineData("mobilenetv1-0.25", 28, "block1.pointwise")]
    [InlineData("mobilenetv2-0.35", 19, "stage4.block2")]
    public void Bars_are_of_layers_or_of_blocks_where_they_would_be_too_many(string model, int count, string name)
    {
        using var problem = PlanningProblem.Of(new PlanOptions { Model = model, BudgetBytes = 1 << 30, Batch = 2, Selector = "greedy", Shares = [1] });
        ImmutableArray<TrainedBar> bars = TrainedBar.Of(PlannedLayer.Of(DevicePlan.Find(problem, Selectors.Create("greedy", 1))));
        Assert.Equal(count, bars.Length);
        Assert.Contains(name, bars.Select(bar => bar.Name));
        Assert.All(bars, bar => Assert.Equal(1, bar.Share, 1e-9));
    }

    [Fact]
    public void Layers_are_distinguished_by_their_weights()
    {
        using var problem = PlanningProblem.Of(new PlanOptions { Model = "dscnn", BudgetBytes = 1 << 30, Batch = 2, Selector = "greedy" });
        var kinds = PlannedLayer.Of(DevicePlan.Find(problem, Selectors.Create("greedy", 1))).ToDictionary(layer => layer.Name, layer => layer.Kind);
        Assert.Equal(LayerKind.Convolution, kinds["conv1"]);
        Assert.Equal(LayerKind.Normalization, kinds["bn1"]);
        Assert.Equal(LayerKind.Depthwise, kinds["block1.depthwise"]);
        Assert.Equal(LayerKind.Convolution, kinds["block1.pointwise"]);
        Assert.Equal(LayerKind.Linear, kinds["fc"]);
    }

    [Fact]
    public async Task A_table_of_a_large_network_folds_layers_of_which_nothing_is_trained()
    {
        string[] arguments = ["--model", "mobilenetv2-0.35", "--budget", "2MiB", "--micro", "1", "--shares", "1", "--payload", "16KiB", "--selector", "greedy"];
        Assert.Equal(0, await _run.InvokeAsync(arguments, _run.Run));
        Assert.Matches(@"conv1 to \S+ +\W nothing in \d+ layers", _run.Output);
    }

    private static async Task<(int Width, int Height)> SizeOfPng(string path)
    {
        byte[] png = await File.ReadAllBytesAsync(path);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        return (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
    }
}
