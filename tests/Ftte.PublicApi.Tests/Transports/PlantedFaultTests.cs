namespace Ftte.PublicApi.Tests.Transports;

/// <summary>The conformance suite finds every planted fault, so a transport that passes has none of them.</summary>
public sealed class PlantedFaultTests
{
    private static PlantedFault NoFault { get; } = new("none", "", (server, layout) => new MemoryLink(server, layout));

    public static TheoryData<string> Names { get; } = [.. PlantedFaults.All.Select(fault => fault.Name)];

    public static TheoryData<string> Facts { get; } = [.. FaultySuite.Facts];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_suite_finds_a_transport_that(string fault)
    {
        PlantedFault planted = PlantedFaults.All.Single(planted => planted.Name == fault);

        Exception? failure = await FaultySuite.RunAsync(planted, planted.Fact);

        Assert.NotNull(failure);
        Assert.Equal(planted.Hangs, failure.Message.StartsWith("Waited 0.5 s for ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Facts))]
    public async Task The_transport_without_a_fault_passes(string fact) => Assert.Null(await FaultySuite.RunAsync(NoFault, fact));

    [Fact]
    public void Every_fact_finds_a_fault() => Assert.Empty(FaultySuite.Facts.Except(PlantedFaults.All.Select(fault => fault.Fact)));

    [Fact]
    public void There_are_many_faults_and_their_names_differ()
    {
        Assert.InRange(PlantedFaults.All.Count, 19, int.MaxValue);
        Assert.Distinct(PlantedFaults.All.Select(fault => fault.Name));
    }
}
