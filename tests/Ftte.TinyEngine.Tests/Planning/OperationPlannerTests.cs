using Ftte.TinyEngine.Execution;

namespace Ftte.TinyEngine.Tests;

public sealed class OperationPlannerTests
{
    [Fact]
    public void Every_operation_has_a_planned_form_of_its_name()
    {
        Type[] types = typeof(Network).Assembly.GetTypes();
        string[] operations = [.. types.Where(t => t.IsSubclassOf(typeof(Operation)) && !t.IsAbstract).Select(t => t.Name)];
        HashSet<string> planned = [.. types.Where(t => t.IsSubclassOf(typeof(PlannedOperation))).Select(t => t.Name)];
        Assert.NotEmpty(operations);
        Assert.All(operations, name => Assert.Contains($"Planned{name}", planned));
    }
}
