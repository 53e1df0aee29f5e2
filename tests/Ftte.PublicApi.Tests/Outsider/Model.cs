using Ftte.Selection;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>The model of these tests: two layers that look like a network's, but nothing computes with them.</summary>
internal static class Model
{
    public static ParameterLayout Layout { get; } = ParameterLayout.Create(("body.weight", [2, 2]), ("head.weight", [2]), ("head.bias", []));

    public static ModelSnapshot Start { get; } = new(Layout, default, [1, 1, 1, 1, 0, 0, 0]);

    public static TrainingProfile Profile { get; } = new(Layout, residentBytes: 100,
    [
        new("body", 10, 10, 5, 0, [new("all", [Layout.RangeOf(0)], SavedBytes: 50)]),
        new("head", 10, 10, 5, 0, [new("bias", [Layout.RangeOf(2)], 0), new("all", [Layout.RangeOf(1), Layout.RangeOf(2)], SavedBytes: 20)]),
    ]);

    public static BlockImportance Importance { get; } = new(Layout, 5, 3, 1);

    public static CheckOutRequest Device(string name) => new(new ClientId(name), 1000, Layout.Fingerprint);
}
