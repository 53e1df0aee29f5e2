using System.Reflection;
using System.Runtime.CompilerServices;
using Ftte.Aggregation;

namespace Ftte.PublicApi.Tests;

public class PublicSurfaceTests
{
    private static readonly Assembly Library = typeof(ParameterLayout).Assembly;

    [Fact]
    public void This_project_sees_only_what_is_public() =>
        Assert.DoesNotContain(
            Library.GetCustomAttributes<InternalsVisibleToAttribute>(),
            friend => friend.AssemblyName.StartsWith(Assembly.GetExecutingAssembly().GetName().Name!, StringComparison.Ordinal));

    [Fact]
    public void Only_classes_that_are_extension_points_can_be_inherited_from_outside() =>
        Assert.Equal(
            [typeof(OptimizerState), typeof(RobustReduction), typeof(ServerOptimizer)],
            Library.GetExportedTypes()
                .Where(type => type.IsClass && !type.IsSealed)
                .Where(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                    .Any(constructor => constructor.IsPublic || constructor.IsFamily || constructor.IsFamilyOrAssembly))
                .OrderBy(type => type.Name, StringComparer.Ordinal));

    [Fact]
    public void An_interface_has_at_most_three_members() =>
        Assert.All(Library.GetExportedTypes().Where(t => t.IsInterface), type =>
            Assert.InRange(type.GetMembers().Count(m => m is not MethodInfo { IsSpecialName: true }), 1, 3));

    [Fact]
    public void Public_types_are_in_the_expected_namespaces() =>
        Assert.Equal(
            ["Ftte", "Ftte.Aggregation", "Ftte.DependencyInjection", "Ftte.Diagnostics", "Ftte.Selection", "Ftte.Storage", "Ftte.Wire", "Microsoft.Extensions.DependencyInjection"],
            Library.GetExportedTypes().Select(type => type.Namespace).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Extensions_of_services_live_where_they_are_looked_for() =>
        Assert.All(
            Library.GetExportedTypes().Where(type => type.Name.EndsWith("Extensions", StringComparison.Ordinal)),
            type => Assert.Equal("Microsoft.Extensions.DependencyInjection", type.Namespace));
}
