using System.Reflection;
using System.Runtime.CompilerServices;

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
    public void A_public_class_cannot_be_inherited_from_outside() =>
        Assert.All(Library.GetExportedTypes().Where(t => t.IsClass && !t.IsSealed), type =>
            Assert.DoesNotContain(
                type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic),
                constructor => constructor.IsPublic || constructor.IsFamily || constructor.IsFamilyOrAssembly));

    [Fact]
    public void A_seam_has_at_most_three_members() =>
        Assert.All(Library.GetExportedTypes().Where(t => t.IsInterface), seam =>
            Assert.InRange(seam.GetMembers().Count(m => m is not MethodInfo { IsSpecialName: true }), 1, 3));

    [Fact]
    public void Public_types_live_in_one_namespace_and_extensions_where_they_are_looked_for() =>
        Assert.All(Library.GetExportedTypes(), type =>
            Assert.Equal(type.Name.EndsWith("ServiceCollectionExtensions", StringComparison.Ordinal) ? "Microsoft.Extensions.DependencyInjection" : "Ftte", type.Namespace));
}
