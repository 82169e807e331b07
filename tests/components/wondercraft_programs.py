"""What the real exporters run in their own environments: each writes into the folder that it is given."""

# Blender itself, as a Python module: a scene of its own as GLB, as glTF, and as a USD crate.
BLENDER = """
import sys, bpy
folder = sys.argv[1]
bpy.ops.wm.read_factory_settings(use_empty=True)
for number in range(5):
    bpy.ops.mesh.primitive_monkey_add(location=(3 * number, 0, 0))
bpy.ops.export_scene.gltf(filepath=f"{folder}/monkeys.glb", export_format="GLB")
bpy.ops.export_scene.gltf(filepath=f"{folder}/monkeys.gltf", export_format="GLTF_SEPARATE")
bpy.ops.wm.usd_export(filepath=f"{folder}/monkeys.usdc")
"""

# Pixar's own library: the same stage as text, as a crate, and packed.
USD = """
import sys
from pxr import Sdf, Usd, UsdGeom, UsdUtils
folder = sys.argv[1]
stage = Usd.Stage.CreateNew(f"{folder}/room.usda")
for number in range(200):
    cube = UsdGeom.Cube.Define(stage, f"/World/cube{number}")
    cube.GetSizeAttr().Set(1.0 + number)
stage.GetRootLayer().Save()
stage.GetRootLayer().Export(f"{folder}/room.usdc")
UsdUtils.CreateNewUsdzPackage(Sdf.AssetPath(f"{folder}/room.usdc"), f"{folder}/room.usdz")
"""

# A session that renders with Blender's data and tells each frame by a row, in a file that it holds open all the time.
SESSION = """
import json, sys, time, bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.mesh.primitive_monkey_add()
with open(sys.argv[1], "w", buffering=1) as log:
    print("ready", flush=True)
    for order in sys.stdin:
        if order.strip() == "frame":
            began = time.perf_counter()
            bpy.context.scene.frame_set(bpy.context.scene.frame_current + 1)
            bpy.context.view_layer.update()
            row = {"frame": bpy.context.scene.frame_current, "frame_time_ms": 1000 * (time.perf_counter() - began)}
            log.write(json.dumps(row) + "\\n")
        print(order.strip(), flush=True)
"""
